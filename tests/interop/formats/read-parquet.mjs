// Reads Parquet files of ours with two other implementations and compares their rows with the same rows as JSON lines.
//   node read-parquet.mjs ROWS.jsonl FILE.parquet...   prints a line per file and implementation: NAME ROWS same
// Numbers are compared as text; 64-bit ones that JSON cannot hold are text in the rows already.
import { readFileSync } from 'node:fs';
import { parquetReadObjects, asyncBufferFromFile } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import * as wasm from 'parquet-wasm/node';
import { tableFromIPC } from 'apache-arrow';

const [rowsPath, ...files] = process.argv.slice(2);
const expected = readFileSync(rowsPath, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint' || typeof value === 'number') return String(Object.is(value, -0) ? 0 : value);
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value.toArray === 'function') return Array.from(value, plain);
  const entries = typeof value.toJSON === 'function' ? value.toJSON() : value;
  return Object.fromEntries(Object.entries(entries).map(([name, field]) => [name, plain(field)]));
}

function compare(name, file, rows) {
  if (rows.length !== expected.length) throw new Error(`${name} ${file}: ${rows.length} rows, not ${expected.length}`);
  for (let i = 0; i < rows.length; i++) {
    const found = JSON.stringify(plain(rows[i]));
    const wanted = JSON.stringify(plain(expected[i]));
    if (found !== wanted) throw new Error(`${name} ${file} row ${i}: ${found}, not ${wanted}`);
  }
  console.log(`${name} ${rows.length} same`);
}

for (const file of files) {
  compare('hyparquet', file, await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors }));
  const table = tableFromIPC(wasm.readParquet(readFileSync(file)).intoIPCStream());
  compare('parquet-wasm', file, table.toArray().map((row) => row.toJSON()));
}
