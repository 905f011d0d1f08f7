// DuckDB, embedded: one database file in the folder.
import path from 'node:path';
import { load, quote } from './packages.mjs';

export default class DuckDb {
  async open(folder, threads) {
    const { DuckDBInstance } = load('@duckdb/node-api');
    this.database = await DuckDBInstance.create(path.join(folder, 'peer.duckdb'), { threads: String(threads) });
    this.connection = await this.database.connect();
    await this.connection.run("SET TimeZone = 'UTC'");
    await this.run('SELECT version()');
    return `DuckDB ${(await this.rows())[0][0]}`;
  }

  async close() {
    this.connection?.closeSync();
    this.database?.closeSync();
    this.connection = this.database = null;
  }

  async load(table) {
    const columns = table.cols.map(c => `${c.name} ${c.type} NOT NULL`).join(', ');
    const names = table.cols.map(c => c.name).join(', ');
    await this.connection.run(`CREATE TABLE ${table.name} (${columns})`);
    await this.connection.run(`INSERT INTO ${table.name} SELECT ${names} FROM read_parquet(${quote(table.file)})`);
  }

  async finish() { await this.connection.run('CHECKPOINT'); }

  async compact() { }

  // The timed part fetches all rows; what makes texts of them is not timed.
  async run(sql) { this.result = await this.connection.runAndReadAll(sql); }

  async rows() { return this.result.getRowsJson(); }

  async sink(sql) { await this.connection.run(`CREATE TEMP TABLE bench_answer AS ${sql}`); }

  async unsink() {
    await this.run('SELECT count(*) FROM bench_answer');
    const count = Number((await this.rows())[0][0]);
    await this.connection.run('DROP TABLE bench_answer');
    return count;
  }

  // It tells where each segment begins in its block; it ends where the next one begins, or with the block. Texts that
  // do not fit have whole blocks besides.
  async columns(table) {
    await this.run(`
      WITH segments AS (SELECT DISTINCT column_id, column_name, block_id, block_offset, len(additional_block_ids) AS more
        FROM pragma_storage_info(${quote(table)}) WHERE block_id >= 0),
      sized AS (SELECT column_id, column_name, more, coalesce(lead(block_offset) OVER (PARTITION BY block_id
        ORDER BY block_offset), 262136) - block_offset AS bytes FROM segments)
      SELECT column_name, sum(bytes + 262144 * more) FROM sized GROUP BY column_id, column_name ORDER BY column_id`);
    return (await this.rows()).map(([name, bytes]) => ({ name, bytes: Number(bytes) }));
  }

  // INSERT INTO t SELECT * FROM a table in memory, until all of it is in the database file.
  async write(table) {
    await this.connection.run(`ATTACH ':memory:' AS memory`);
    await this.connection.run(`CREATE TABLE memory.source AS FROM read_parquet(${quote(table.file)})`);
    await this.connection.run(`CREATE TABLE written AS FROM memory.source LIMIT 0`);
    const begin = performance.now();
    await this.connection.run('INSERT INTO written SELECT * FROM memory.source');
    await this.connection.run('CHECKPOINT');
    const ms = performance.now() - begin;
    await this.connection.run('DROP TABLE written');
    await this.connection.run('DETACH memory');
    return ms;
  }
}
