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
cursor.execute("CREATE TABLE od_parent (a integer, b varchar, PRIMARY KEY (a, b))")
cursor.execute("CREATE TABLE od_child (x integer, y varchar)")
print([(r.table_name, r.column_name, r.key_seq, r.pk_name) for r in cursor.primaryKeys("od_parent")])
print([(r.pktable_name, r.pkcolumn_name, r.fkcolumn_name, r.key_seq) for r in cursor.foreignKeys(foreignTable="od_child")])
print([(r.fktable_name, r.fkcolumn_name, r.key_seq) for r in cursor.foreignKeys(table="od_parent")])
print([(r.index_name, r.column_name, r.non_unique) for r in cursor.statistics("od_parent") if r.index_name])
print([(r.column_name, r.type_name) for r in cursor.rowIdColumns("od_parent")])
print(len(list(cursor.getTypeInfo())) > 10)
cursor.execute("DROP TABLE od_child")
cursor.execute("DROP TABLE od_parent")
connection.commit()
try:
    cursor.execute("SELECT nosuch FROM od")
except pyodbc.Error as error:
    print(error.args[0])
connection.rollback()
cursor.execute("DROP TABLE od")
connection.commit()
