// postgres.js: array types at connect, named statements, cursors, transactions.
import postgres from 'postgres';

const [port, user, database] = process.argv.slice(2);
const sql = postgres({ host: '127.0.0.1', port: Number(port), user, database, max: 1, onnotice: () => {} });
console.log(JSON.stringify(await sql`SELECT 1 AS a, ${'x'} || 'y' AS b, ${true}::boolean AS c, 2.5::float8 AS d`));
await sql`CREATE TABLE pj (id integer, name varchar)`;
await sql`INSERT INTO pj ${sql([{ id: 1, name: 'a' }, { id: 2, name: null }], 'id', 'name')}`;
console.log(JSON.stringify(await sql`SELECT * FROM pj ORDER BY id`));
await sql.begin(async sql => { await sql`INSERT INTO pj VALUES (3, 'c')`; });
await sql.begin(async sql => { await sql`DELETE FROM pj`; throw new Error('back'); }).catch(() => {});
console.log(JSON.stringify(await sql`SELECT count(*)::int AS n FROM pj WHERE id = ${3} OR id < 3`));
const seen = [];
for await (const rows of sql`SELECT x::int AS x FROM generate_series(1, 10) AS t(x)`.cursor(4)) seen.push(rows.length);
console.log(JSON.stringify(seen));
await sql`SELECT nosuch FROM pj`.catch(error => console.log(error.code, error.position));
await sql`DROP TABLE pj`;
await sql.end();
