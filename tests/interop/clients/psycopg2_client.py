"""What psycopg2 sends and understands: parameters, types, COPY, server-side cursors, errors, transactions."""
import datetime, decimal, io, sys
import psycopg2

connection = psycopg2.connect(host="127.0.0.1", port=int(sys.argv[1]), user=sys.argv[2], dbname=sys.argv[3])
cursor = connection.cursor()

def text_or(code):
    # VARCHAR and text are one type at ColFrag.
    return "text" if code in (25, 1043) else code

def show(sql, *parameters):
    cursor.execute(sql, parameters or None)
    print([c.name for c in cursor.description], [text_or(c.type_code) for c in cursor.description])
    for row in cursor.fetchall():
        print(row)

show("SELECT 1 AS a, 2.50 AS b, 'x' || 'y' AS c, true AS d, NULL::int AS e, date '2024-02-29' AS f")
cursor.execute("CREATE TABLE py (id integer PRIMARY KEY, name varchar, price numeric(10,2), at timestamp, raw bytea)")
cursor.execute("INSERT INTO py VALUES (%s, %s, %s, %s, %s)",
    (1, "O'Hara \\ ü", decimal.Decimal("12.50"), datetime.datetime(2024, 1, 2, 3, 4, 5, 678900), b"\x00\xff\x10"))
print(cursor.rowcount, cursor.statusmessage)
cursor.execute("INSERT INTO py VALUES (%s, %s, %s, %s, %s)", (2, None, None, None, None))
connection.commit()
cursor.execute("SELECT * FROM py ORDER BY id")
print([(r[0], r[1], r[2], r[3], None if r[4] is None else bytes(r[4])) for r in cursor.fetchall()])
try:
    cursor.execute("SELECT nosuch FROM py")
except psycopg2.Error as error:
    print(error.pgcode, error.diag.severity, error.diag.statement_position)
try:
    cursor.execute("SELECT 1")
except psycopg2.Error as error:
    print(error.pgcode)
connection.rollback()
cursor.execute("INSERT INTO py (id) VALUES (3)")
connection.rollback()
show("SELECT count(*) FROM py")
cursor.copy_expert("COPY py (id, name) FROM STDIN WITH CSV", io.StringIO('10,"a, b"\n11,\n12,"q""q"\n'))
print(cursor.rowcount)
out = io.StringIO()
cursor.copy_expert("COPY (SELECT id, name FROM py WHERE id >= 10 ORDER BY id) TO STDOUT", out)
print(repr(out.getvalue()))
out = io.StringIO()
cursor.copy_expert("COPY (SELECT id, name FROM py WHERE id >= 10 ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)", out)
print(repr(out.getvalue()))
connection.commit()
named = connection.cursor("walker")
named.itersize = 3
named.execute("SELECT x FROM generate_series(1, 10) AS t(x)")
print([row[0] for row in named])
named.close()
connection.commit()
cursor.execute("SAVEPOINT s")
cursor.execute("DELETE FROM py")
print(cursor.rowcount)
cursor.execute("ROLLBACK TO SAVEPOINT s")
show("SELECT count(*) FROM py")
cursor.execute("DROP TABLE py")
connection.commit()
connection.close()
