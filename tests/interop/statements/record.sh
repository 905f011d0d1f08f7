#!/usr/bin/env bash
# Records anew what clients say to PostgreSQL; names on the command line record these clients alone. Conversations are
# those of the tests that compare both servers: each runs once with the server's log kept, so build
# tests/ColFrag.Clients.Tests first. Questions to the catalog are asked over schema.sql, of a PostgreSQL in a folder of its
# own; those of Npgsql are its type loading and its schema collections, taken the same way by hand. Marks ("-- differs:",
# "-- refused:", "-- of its own:") are kept where a statement is there again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
wanted=("$@")
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
  -c log_statement=all -c log_line_prefix='@@%p@%d ' -c log_parameter_max_length=-1 2>"$folder/log" &
server=$!
trap 'kill -INT $server; wait $server; rm -rf "$folder"' EXIT
until "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"; do :; done
run_psql() { psql -X -q -h 127.0.0.1 -p "$port" -U postgres "$@"; }
run_psql -f schema.sql

is_wanted() { [ "${#wanted[@]}" -eq 0 ] || [[ " ${wanted[*]} " == *" $1 "* ]]; }

# said CLIENT TESTS
said() {
  is_wanted "$1" || return 0
  COLFRAG_STATEMENT_LOG="$folder/$1.log" dotnet test ../../ColFrag.Clients.Tests -c Release --no-build --nologo -v quiet \
    --filter "$2" >"$folder/out" 2>&1 || { cat "$folder/out"; return 1; }
  python3 ../clients/record_statements.py "$folder/$1.log" "$1" said
}

# asked CLIENT COMMAND...
asked() {
  local client=$1 from
  is_wanted "$client" || return 0
  shift
  from=$(wc -l <"$folder/log")
  "$@" >"$folder/out" 2>&1 || { cat "$folder/out"; return 1; }
  python3 ../clients/record_statements.py "$folder/log" "$client" asked "$from" "$port"
}

# through_foreign_tables: PostgreSQL as a client of PostgreSQL; what it says arrives in the database "far".
through_foreign_tables() {
  run_psql -c "CREATE DATABASE near" -c "CREATE DATABASE far"
  run_psql -d far -c "CREATE TABLE city (id integer PRIMARY KEY, name varchar NOT NULL, area numeric(10, 2), founded date)" \
    -c "INSERT INTO city VALUES (1, 'Oslo', 454.12, '1040-01-01'), (2, 'Rome', 1285, NULL), (3, 'Bergen', NULL, NULL)" \
    -c "CREATE TABLE sale (city integer, amount double precision, at timestamp)" \
    -c "INSERT INTO sale SELECT x % 3 + 1, x * 0.5, timestamp '2026-01-01' + x * interval '1 hour' FROM generate_series(1, 1000) AS s(x)"
  run_psql -d near -c "CREATE EXTENSION postgres_fdw" \
    -c "CREATE SERVER there FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '$port', dbname 'far')" \
    -c "CREATE USER MAPPING FOR postgres SERVER there OPTIONS (user 'postgres')" \
    -c "IMPORT FOREIGN SCHEMA public FROM SERVER there INTO public" -c "SELECT * FROM city ORDER BY id" \
    -c "SELECT name FROM city WHERE area > 1000 OR founded < '1100-01-01' ORDER BY name" \
    -c "SELECT count(*), sum(amount), max(at) FROM sale WHERE amount > 100" \
    -c "SELECT c.name, count(*) FROM sale s JOIN city c ON c.id = s.city GROUP BY c.name ORDER BY c.name" \
    -c "SELECT city, amount FROM sale ORDER BY amount DESC LIMIT 3" \
    -c "INSERT INTO city VALUES (4, 'Paris', 105.4, NULL)" -c "UPDATE city SET area = area + 1 WHERE id = 4" \
    -c "DELETE FROM city WHERE name = 'Paris'" -c "ANALYZE city" \
    -c "BEGIN" -c "INSERT INTO city VALUES (5, 'Bonn', 141, '0011-01-01')" -c "SAVEPOINT a" \
    -c "DELETE FROM city" -c "ROLLBACK TO a" -c "SELECT count(*) FROM city" -c "COMMIT"
  python3 ../clients/record_statements.py "$folder/log" postgres_fdw said far
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

said psycopg2 "FullyQualifiedName~Psycopg2_sees"
said asyncpg "FullyQualifiedName~Asyncpg_sees"
said odbc "FullyQualifiedName~ODBC_sees"
said pg "FullyQualifiedName~Node_pg_sees"
said postgres "FullyQualifiedName~Node_postgres_sees"
said pandas "FullyQualifiedName~SQLAlchemy_and_pandas"
said jdbc "FullyQualifiedName~JDBC_sees"
said pgcli "FullyQualifiedName~Pgcli_sees"
said npgsql "DisplayName~Npgsql_with_PostgreSQL&DisplayName!~Dapper"
said dapper "DisplayName~Npgsql_with_PostgreSQL&DisplayName~Dapper"
said efcore "FullyQualifiedName~EntityFrameworkTests"
if is_wanted postgres_fdw; then through_foreign_tables; fi

asked psql describe
asked jdbc java -cp /usr/share/java/postgresql.jar JdbcCatalog.java "$port" postgres postgres
asked pandas /usr/bin/python3 - <<PYTHON
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
asked odbc /usr/bin/python3 - <<PYTHON
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
asked asyncpg /usr/bin/python3 - <<PYTHON
import asyncio, asyncpg
async def look():
    connection = await asyncpg.connect(host="127.0.0.1", port=$port, user="postgres", database="postgres")
    await connection.fetch("SELECT * FROM plain WHERE g = \$1", [1])
    await connection.fetch("SELECT current_schemas(true), array_agg(typname) FROM pg_type WHERE oid = 23")
    await connection.close()
asyncio.run(look())
PYTHON
asked pgcli /usr/bin/python3 - <<PYTHON
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
