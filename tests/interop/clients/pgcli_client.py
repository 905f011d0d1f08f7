"""pgcli: what it asks for its completions, and its own commands (pgspecial), by its own code without a terminal."""
import sys
from pgcli.completion_refresher import CompletionRefresher
from pgcli.pgcompleter import PGCompleter
from pgcli.pgexecute import PGExecute
from pgspecial.main import PGSpecial

executor = PGExecute(sys.argv[3], sys.argv[2], "x", "127.0.0.1", int(sys.argv[1]), None)
special = PGSpecial()


def run(statement):
    try:
        for title, rows, headers, status, sql, success, is_special in executor.run(statement, special):
            print(title, headers, [tuple(row) for row in rows or []], status, success)
    except Exception as error:
        print(type(error).__name__, error)


run("CREATE TABLE gl (id integer PRIMARY KEY, name varchar NOT NULL, price numeric(10,2) DEFAULT 1)")
run("CREATE VIEW gl_view AS SELECT id FROM gl")
run("INSERT INTO gl VALUES (1, 'eins', 1.5), (2, 'zwei', NULL)")
run("SELECT * FROM gl ORDER BY id; SELECT count(*) FROM gl")
for command in r"\dt", r"\d gl", r"\d gl_view", r"\dv", r"\di", r"\ds", r"\dT nosuch", r"\df nosuch":
    run(command)
print("public" in executor.schemata(), executor.search_path())


def public(rows):
    return sorted(tuple(row) for row in rows if row[0] == "public")


print(public(executor.tables()), public(executor.views()))
print(public(executor.table_columns()), public(executor.view_columns()))
print(list(executor.foreignkeys()), list(executor.casing()), len(list(executor.databases())) > 0)
print(public(executor.datatypes()))
print(sum(1 for f in executor.functions() if f.schema_name == "public"))
completer = PGCompleter(smart_completion=True, pgspecial=special)
refresher = CompletionRefresher()
done = []
refresher.refresh(executor, special, [lambda filled: done.append(filled)])
refresher._completer_thread.join()
print(sorted(done[0].dbmetadata["tables"]["public"].keys()))
run("DROP VIEW gl_view")
run("DROP TABLE gl")
