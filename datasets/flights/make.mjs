// Makes flights.parquet and airports.csv of this folder from the full extract that lies beside the checkout
// (../shared/data, or the folder named as argument), and prints the lines of SHA256SUMS.
//
//   node datasets/flights/make.mjs [FOLDER]
//
// All flights of January and February 2001, by date, origin, destination: whole months, so that answers by day mean
// something; in this order because equal neighbours compress (4.2 MB; 4.4 MB by date alone).
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const source = resolve(process.argv[2] ?? join(root, '../shared/data'));
const { DuckDBInstance } = createRequire(join(root, 'tests/interop/package.json'))('@duckdb/node-api');

const connection = await (await DuckDBInstance.create()).connect();
const quoted = path => `'${path.replaceAll("'", "''")}'`;
await connection.run(`
  COPY (SELECT * FROM ${quoted(join(source, 'flights-3m.parquet'))}
        WHERE date < TIMESTAMP '2001-03-01'
        ORDER BY date, origin, destination, delay, distance)
  TO ${quoted(join(here, 'flights.parquet'))}
  (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 245760)`);
copyFileSync(join(source, 'airports.csv'), join(here, 'airports.csv'));

for (const file of ['airports.csv', 'flights.parquet']) {
  console.log(`${createHash('sha256').update(readFileSync(join(here, file))).digest('hex')}  ${file}`);
}
