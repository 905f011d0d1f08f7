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

  // It does not tell the bytes of a column.
  async columns() { return []; }
}
