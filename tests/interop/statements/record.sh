#!/usr/bin/env bash
# Records anew what clients say to PostgreSQL in the tests that compare it with ColFrag: each runs once with the server's
# log kept, and record_statements.py takes the statements from it. Run it after a build of tests/ColFrag.Clients.Tests;
# names on the command line record these clients alone. Marks "-- differs:" are kept where a statement is there again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# record CLIENT TESTS
record() {
  if [ "${#wanted[@]}" -gt 0 ] && [[ " ${wanted[*]} " != *" $1 "* ]]; then return; fi
  COLFRAG_STATEMENT_LOG="$folder/$1.log" dotnet test ../../ColFrag.Clients.Tests -c Release --no-build --nologo -v quiet \
    --filter "$2" >"$folder/out" 2>&1 || { cat "$folder/out"; return 1; }
  python3 ../clients/record_statements.py "$folder/$1.log" "$1"
}

wanted=("$@")
record psycopg2 "FullyQualifiedName~Psycopg2_sees"
record asyncpg "FullyQualifiedName~Asyncpg_sees"
record odbc "FullyQualifiedName~ODBC_sees"
record pg "FullyQualifiedName~Node_pg_sees"
record postgres "FullyQualifiedName~Node_postgres_sees"
record pandas "FullyQualifiedName~SQLAlchemy_and_pandas"
record jdbc "FullyQualifiedName~JDBC_sees"
record pgcli "FullyQualifiedName~Pgcli_sees"
record npgsql "FullyQualifiedName~ProviderTests"
record efcore "FullyQualifiedName~EntityFrameworkTests"
record foreign "FullyQualifiedName~ForeignServerTests"
record psql "FullyQualifiedName~PsqlTests"
