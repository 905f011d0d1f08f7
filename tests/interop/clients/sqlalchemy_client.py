"""SQLAlchemy's reflection and pandas' frames."""
import sys
import pandas
import sqlalchemy

engine = sqlalchemy.create_engine(f"postgresql+psycopg2://{sys.argv[2]}@127.0.0.1:{sys.argv[1]}/{sys.argv[3]}")
with engine.connect() as connection:
    connection.execute("CREATE TABLE reflected (id integer PRIMARY KEY, name varchar NOT NULL, price numeric(10,2), "
        "at timestamp, UNIQUE (name))")
inspector = sqlalchemy.inspect(engine)
print(inspector.get_table_names())
for column in inspector.get_columns("reflected"):
    print(column["name"], str(column["type"]).split(" ")[0], column["nullable"], column["default"])
with engine.connect() as connection:
    connection.execute("CREATE TABLE referring (a integer DEFAULT 7, b varchar, ref varchar, other integer, "
        "CONSTRAINT referring_key PRIMARY KEY (b, a), CONSTRAINT positive CHECK (other > 0), UNIQUE (ref, other))")
    connection.execute("CREATE VIEW seen AS SELECT id, name FROM reflected")
for name in "reflected", "referring":
    print(inspector.get_pk_constraint(name))
    print(sorted(inspector.get_foreign_keys(name), key=lambda key: key["name"]))
    print(sorted(inspector.get_unique_constraints(name), key=lambda key: key["name"]))
    print(sorted((i["name"], i["column_names"], i["unique"]) for i in inspector.get_indexes(name)))
    print([c["name"] for c in inspector.get_check_constraints(name)])
    print(inspector.get_table_comment(name))
    print([(c["name"], c["default"]) for c in inspector.get_columns(name)])
print(inspector.get_view_names())
print([c["name"] for c in inspector.get_columns("seen")])
whole = sqlalchemy.MetaData()
whole.reflect(engine)
for table in whole.sorted_tables:
    print(table.name, [c.name for c in table.primary_key], sorted(str(f.column) for f in table.foreign_keys))
with engine.connect() as connection:
    connection.execute("DROP VIEW seen")
    connection.execute("DROP TABLE referring")
print(inspector.has_table("reflected"), inspector.has_table("nosuch"))
print("public" in inspector.get_schema_names())
frame = pandas.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [0.5, 1.5, None]})
frame.to_sql("frame", engine, index=False, if_exists="replace", method="multi")
back = pandas.read_sql("SELECT * FROM frame ORDER BY a", engine)
print(back.to_csv(index=False))
print(back.dtypes.to_dict())
with_index = back.assign(t=pandas.to_datetime(["2026-01-02", None, "2026-03-04 05:06:07"]))
with_index.to_sql("kept", engine, index=False, if_exists="replace")
with_index.to_sql("kept", engine, index=False, if_exists="append", chunksize=2)
kept = pandas.read_sql_table("kept", engine)
print(kept.sort_values(["a", "b"]).to_csv(index=False))
print(kept.dtypes.to_dict())
print(pandas.read_sql_table("kept", engine, columns=["a", "t"], index_col="a").shape)
for part in pandas.read_sql("SELECT a FROM kept ORDER BY a", engine, chunksize=4):
    print(len(part), part["a"].sum())
with engine.connect() as connection:
    connection.execute("DROP TABLE kept")
table = sqlalchemy.Table("reflected", sqlalchemy.MetaData(),
    *[sqlalchemy.Column(c["name"], c["type"]) for c in inspector.get_columns("reflected")])
with engine.begin() as connection:
    connection.execute(table.insert(), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
with engine.connect() as connection:
    print(connection.execute(sqlalchemy.select(table.c.id, table.c.price).order_by(table.c.id)).fetchall())
    connection.execute("DROP TABLE reflected")
    connection.execute("DROP TABLE frame")
