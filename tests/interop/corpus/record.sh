#!/usr/bin/env bash
# Records the corpus anew: starts PostgreSQL in a folder of its own, lets each client look at corpus/schema.sql and takes
# what it asked from the server's log. Npgsql's questions (npgsql.sql) are those of its type loading, taken the same way.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=$(mktemp -d)
port=${PORT:-7599}
programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
"${as[@]}" "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C >/dev/null
"${as[@]}" "$programs/postgres" -D "$folder/data" -p "$port" -k "$folder" -c listen_addresses=127.0.0.1 \
  -c log_statement=all -c log_line_prefix='@@%p ' -c log_parameter_max_length=-1 2>"$folder/log" &
server=$!
trap 'kill -INT $server; wait $server; rm -rf "$folder"' EXIT
until "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"; do :; done
run_psql() { psql -X -q -h 127.0.0.1 -p "$port" -U postgres "$@"; }
run_psql -f schema.sql

# record CLIENT COMMAND...
record() {
  local client=$1 from
  shift
  from=$(wc -l <"$folder/log")
  "$@" >"$folder/out" 2>&1 || { cat "$folder/out"; return 1; }
  python3 ../clients/record_corpus.py "$folder/log" "$client" "$from" "$port" postgres
}

describe() {
  local command arguments=()
  for command in '\d' '\d+' '\d city' '\d+ sale' '\d plain' '\d+ large' '\d city_pkey' '\dt' '\dt+' '\dv' '\dv+' '\di' \
    '\di+' '\dm' '\ds' '\dE' '\dn' '\dp' '\z city' '\ddp' '\dT nosuch' '\dD' '\df nosuch' '\da nosuch' '\db' '\dc nosuch' \
    '\dC nosuch' '\dd' '\det' '\des' '\dew' '\deu' '\dF nosuch' '\dFd nosuch' '\dFp nosuch' '\dFt nosuch' '\dL nosuch' \
    '\do nosuch' '\dO nosuch' '\dRp' '\dRs' '\drds' '\dx' '\dX' '\dy' '\dP' '\dA nosuch' '\dAc nosuch' '\dAf nosuch' \
    '\dAo nosuch' '\dAp nosuch' '\dl' '\sv large'; do
    arguments+=(-c "$command")
  done
  run_psql "${arguments[@]}"
}

record psql describe
record jdbc java -cp /usr/share/java/postgresql.jar JdbcCatalog.java "$port" postgres postgres
record sqlalchemy /usr/bin/python3 - <<PYTHON
import pandas, sqlalchemy
engine = sqlalchemy.create_engine("postgresql+psycopg2://postgres@127.0.0.1:$port/postgres")
look = sqlalchemy.inspect(engine)
look.get_table_names(), look.get_view_names(), look.get_schema_names(), look.has_table("city"), look.get_sequence_names()
for name in "city", "sale", "plain":
    look.get_columns(name), look.get_pk_constraint(name), look.get_foreign_keys(name), look.get_indexes(name)
    look.get_unique_constraints(name), look.get_check_constraints(name), look.get_table_comment(name)
look.get_view_definition("large"), look.get_columns("large"), look.get_enums()
pandas.read_sql_table("sale", engine)
PYTHON
record odbc /usr/bin/python3 - <<PYTHON
import pyodbc
cursor = pyodbc.connect("Driver=PostgreSQL Unicode;Server=127.0.0.1;Port=$port;Uid=postgres;Database=postgres").cursor()
for rows in (lambda: cursor.tables(schema="public"), lambda: cursor.tables(table="city", tableType="TABLE"),
             lambda: cursor.columns(table="city"), lambda: cursor.columns(table="plain"),
             lambda: cursor.primaryKeys("sale"), lambda: cursor.foreignKeys(table="city"),
             lambda: cursor.foreignKeys(foreignTable="sale"), lambda: cursor.statistics("city"),
             lambda: cursor.rowIdColumns("city"), lambda: cursor.rowVerColumns("city"),
             lambda: cursor.procedures("nosuch"), lambda: cursor.getTypeInfo()):
    list(rows())
PYTHON
record asyncpg /usr/bin/python3 - <<PYTHON
import asyncio, asyncpg
async def look():
    connection = await asyncpg.connect(host="127.0.0.1", port=$port, user="postgres", database="postgres")
    await connection.fetch("SELECT * FROM plain WHERE g = \$1", [1])
    await connection.fetch("SELECT current_schemas(true), array_agg(typname) FROM pg_type WHERE oid = 23")
    await connection.close()
asyncio.run(look())
PYTHON
record pgcli /usr/bin/python3 - <<PYTHON
from pgcli.completion_refresher import CompletionRefresher
from pgcli.pgexecute import PGExecute
from pgspecial.main import PGSpecial
executor = PGExecute("postgres", "postgres", "x", "127.0.0.1", $port, None)
special = PGSpecial()
for command in r"\d city", r"\dt", r"\dv", r"\di", r"\ds", r"\dT nosuch", r"\df nosuch":
    list(executor.run(command, special))
refresher = CompletionRefresher()
refresher.refresh(executor, special, [lambda filled: None])
refresher._completer_thread.join()
PYTHON
record node_postgres node --input-type=module - <<NODE
import { createRequire } from 'node:module';
const postgres = createRequire('$PWD/../package.json')('postgres');
const sql = postgres({ host: '127.0.0.1', port: $port, user: 'postgres', database: 'postgres' });
await sql\`SELECT * FROM plain WHERE a = \${1}\`;
await sql.end();
NODE
record postgres_fdw run_psql -c "CREATE EXTENSION postgres_fdw" \
  -c "CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '$port', dbname 'postgres')" \
  -c "CREATE USER MAPPING FOR postgres SERVER here OPTIONS (user 'postgres')" \
  -c "CREATE SCHEMA imported" -c "IMPORT FOREIGN SCHEMA public FROM SERVER here INTO imported" \
  -c "SELECT count(*) FROM imported.city WHERE id > 1"
