// node-postgres: text results, parameters, named statements, errors.
import pg from 'pg';

const [port, user, database] = process.argv.slice(2);
const client = new pg.Client({ host: '127.0.0.1', port: Number(port), user, database });
await client.connect();
// VARCHAR and text are one type at ColFrag.
const textOr = code => code === 25 || code === 1043 ? 'text' : code;
const show = result => console.log(JSON.stringify([result.fields.map(f => [f.name, textOr(f.dataTypeID)]), result.rows]));
show(await client.query("SELECT 1 AS a, 'x' AS b, true AS c, 1.5::double precision AS d, NULL AS e, 2::bigint AS f"));
show(await client.query('SELECT $1::int + 1 AS a, $2::text AS b, $3::boolean AS c', [41, 'zwei', false]));
show(await client.query({ name: 'named', text: 'SELECT $1::int AS a', values: [1] }));
show(await client.query({ name: 'named', text: 'SELECT $1::int AS a', values: [2] }));
await client.query('CREATE TABLE nd (id integer, name varchar, at timestamp)');
const inserted = await client.query('INSERT INTO nd VALUES ($1, $2, $3), (2, NULL, NULL)', [1, 'a', '2024-01-02 03:04:05']);
console.log(inserted.command, inserted.rowCount);
show(await client.query("SELECT id, name, at::text AS at FROM nd ORDER BY id"));
await client.query('SELECT nosuch FROM nd').catch(error => console.log(error.code, error.position));
await client.query('BEGIN');
await client.query('DELETE FROM nd');
await client.query('ROLLBACK');
show(await client.query('SELECT count(*) FROM nd'));
await client.query('DROP TABLE nd');
await client.end();
