// ClickHouse, embedded (chDB): MergeTree tables in a session folder.
import path from 'node:path';
import { load } from './packages.mjs';

const quote = text => `'${String(text).replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

const types = {
  BIGINT: 'Int64', INTEGER: 'Int32', SMALLINT: 'Int16', VARCHAR: 'String', DOUBLE: 'Float64', DATE: 'Date',
  TIMESTAMP: 'DateTime',
};
const typeOf = type => type.startsWith('DECIMAL') ? type.replace('DECIMAL', 'Decimal') : types[type];

const escapes = { t: '\t', n: '\n', r: '\r', 0: '\0' };
const valueOf = text => text === '\\N' ? null : text.replace(/\\(.)/g, (_, c) => escapes[c] ?? c);

export default class ClickHouse {
  async open(folder, threads) {
    this.api = load('chdb');
    this.session = new this.api.Session(path.join(folder, 'session'));
    for (const setting of [
      `max_threads = ${threads}`, `max_insert_threads = ${threads}`, "session_timezone = 'UTC'",
      // Outer joins give NULLs, as in standard SQL (TPC-H 13).
      'join_use_nulls = 1',
      // It remembers which granules a filter matched: close to a cache of results for the next run.
      'use_query_condition_cache = 0',
    ]) this.session.query(`SET ${setting}`);
    return `ClickHouse ${this.session.query('SELECT version()', 'TabSeparated').trim()}`;
  }

  async close() {
    if (!this.session) return;
    this.session.close();
    this.session = null;
    await this.api.drainPending();
  }

  async load(table) {
    const columns = table.cols.map(c => `${c.name} ${typeOf(c.type)}`).join(', ');
    const names = table.cols.map(c => c.name).join(', ');
    const order = table.key ? `(${table.key})` : 'tuple()';
    this.session.query(`CREATE TABLE ${table.name} (${columns}) ENGINE = MergeTree ORDER BY ${order}`);
    this.session.query(`INSERT INTO ${table.name} SELECT ${names} FROM file(${quote(table.file)}, Parquet)`);
  }

  async finish() { }

  // What it would do in the background: merges all parts.
  async compact(tables) { for (const name of tables) this.session.query(`OPTIMIZE TABLE ${name} FINAL`); }

  async run(sql) { this.result = this.session.query(sql, 'TabSeparated'); }

  async rows() {
    return this.result === '' ? [] : this.result.replace(/\n$/, '').split('\n').map(r => r.split('\t').map(valueOf));
  }

  async sink(sql) { this.session.query(`CREATE TABLE bench_answer ENGINE = Memory AS ${sql}`); }

  async unsink() {
    await this.run('SELECT count() FROM bench_answer');
    const count = Number((await this.rows())[0][0]);
    this.session.query('DROP TABLE bench_answer SYNC');
    return count;
  }

  // Active parts only: the folder still holds parts that were merged away.
  async size() {
    await this.run('SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase()');
    return Number((await this.rows())[0][0]);
  }

  async columns(table) {
    await this.run(`SELECT name, data_compressed_bytes FROM system.columns
      WHERE database = currentDatabase() AND table = ${quote(table)} ORDER BY position`);
    return (await this.rows()).map(([name, bytes]) => ({ name, bytes: Number(bytes) }));
  }
}
