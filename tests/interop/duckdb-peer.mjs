// A second database for tests and benchmarks: one JSON request a line, one JSON answer a line.
//   {"op":"open","threads":2,"path":":memory:"}  ->  {"ok":true,"version":"v1.5.6"}
//   {"op":"run","sql":"..."}   ->  {"ok":true,"ms":1.2,"columns":["a"],"types":["INTEGER"],"rows":[["1"],[null]]}
//   {"op":"exec","sql":"..."}  ->  {"ok":true,"ms":1.2,"count":3}      rows are counted, not sent
//   {"op":"cpu"}               ->  {"ok":true,"ms":123.4}              CPU time of this process so far
// Values are text as DuckDB casts them to VARCHAR; null stays null. A failure is {"ok":false,"error":"..."}.
import { createInterface } from 'node:readline';
import { DuckDBInstance, version } from '@duckdb/node-api';

let connection;

async function answer(request) {
  switch (request.op) {
    case 'open': {
      const instance = await DuckDBInstance.create(request.path ?? ':memory:', { threads: String(request.threads ?? 2) });
      connection = await instance.connect();
      return { version: version() };
    }
    case 'exec': {
      const started = performance.now();
      const result = await connection.runAndReadAll(request.sql);
      return { ms: performance.now() - started, count: result.currentRowCount };
    }
    case 'run': {
      const started = performance.now();
      const reader = await connection.runAndReadAll(request.sql);
      const ms = performance.now() - started;
      const types = reader.columnTypes().map(String);
      const rows = reader.getRows().map((row) => row.map((value) => (value === null ? null : text(value))));
      return { ms, columns: reader.columnNames(), types, rows };
    }
    case 'cpu': {
      const usage = process.cpuUsage();
      return { ms: (usage.user + usage.system) / 1000 };
    }
    default:
      throw new Error(`unknown request: ${request.op}`);
  }
}

function text(value) {
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return '-0';
    return Number.isNaN(value) ? 'NaN' : String(value).replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return String(value);
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = { ok: true, ...(await answer(JSON.parse(line))) };
  } catch (error) {
    reply = { ok: false, error: String(error.message ?? error) };
  }
  process.stdout.write(JSON.stringify(reply, (_, v) => (typeof v === 'bigint' ? v.toString() : v)) + '\n');
}
