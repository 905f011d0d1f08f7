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
# Not asked: keys and indexes, which SQLAlchemy 1.4 reads by set-returning functions in a select list.
print(inspector.has_table("reflected"), inspector.has_table("nosuch"))
print("public" in inspector.get_schema_names())
frame = pandas.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [0.5, 1.5, None]})
frame.to_sql("frame", engine, index=False, if_exists="replace", method="multi")
back = pandas.read_sql("SELECT * FROM frame ORDER BY a", engine)
print(back.to_csv(index=False))
print(back.dtypes.to_dict())
table = sqlalchemy.Table("reflected", sqlalchemy.MetaData(),
    *[sqlalchemy.Column(c["name"], c["type"]) for c in inspector.get_columns("reflected")])
with engine.begin() as connection:
    connection.execute(table.insert(), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
with engine.connect() as connection:
    print(connection.execute(sqlalchemy.select(table.c.id, table.c.price).order_by(table.c.id)).fetchall())
    connection.execute("DROP TABLE reflected")
    connection.execute("DROP TABLE frame")
