"""psqlODBC: catalog calls, parameters, savepoints around statements."""
import sys
import pyodbc

connection = pyodbc.connect(
    f"Driver=PostgreSQL Unicode;Server=127.0.0.1;Port={sys.argv[1]};Uid={sys.argv[2]};Pwd=x;Database={sys.argv[3]}")
cursor = connection.cursor()
cursor.execute("CREATE TABLE od (id integer, name varchar, price numeric(10,2))")
cursor.execute("INSERT INTO od VALUES (?, ?, ?)", 1, "eins", 1.5)
cursor.executemany("INSERT INTO od VALUES (?, ?, ?)", [(2, "zwei", 2.5), (3, None, None)])
connection.commit()
print([tuple(r) for r in cursor.execute("SELECT * FROM od ORDER BY id")])
print([c[0:2] for c in cursor.description])
print([r.table_name for r in cursor.tables(table="od")])
print([(r.column_name, r.type_name) for r in cursor.columns(table="od")])
try:
    cursor.execute("SELECT nosuch FROM od")
except pyodbc.Error as error:
    print(error.args[0])
connection.rollback()
cursor.execute("DROP TABLE od")
connection.commit()
