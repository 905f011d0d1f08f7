"""What asyncpg sends and understands: binary values both ways, prepared statements, cursors, binary COPY."""
import asyncio, datetime, decimal, sys, uuid
import asyncpg

async def main():
    connection = await asyncpg.connect(host="127.0.0.1", port=int(sys.argv[1]), user=sys.argv[2], database=sys.argv[3])
    row = await connection.fetchrow(
        "SELECT $1::smallint AS a, $2::int AS b, $3::bigint AS c, $4::real AS d, $5::double precision AS e, "
        "$6::numeric(12,4) AS f, $7::text AS g, $8::date AS h, $9::time AS i, $10::timestamp AS j, "
        "$11::timestamptz AS k, $12::uuid AS l, $13::bytea AS m, $14::boolean AS n, $15::interval AS o",
        -7, 1 << 30, -(1 << 60), 1.5, 2.25, decimal.Decimal("-1234.5678"), "grün", datetime.date(1999, 12, 31),
        datetime.time(23, 59, 59, 999999), datetime.datetime(2001, 2, 3, 4, 5, 6, 7),
        datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), uuid.UUID(int=1234567890 << 90), b"\x00\x01", True,
        datetime.timedelta(days=3, seconds=4))
    print({k: str(v) for k, v in row.items()})
    await connection.execute("CREATE TABLE ap (id bigint, name varchar, at timestamp, price numeric(10,2), ok boolean)")
    rows = [(i, f"n{i}", datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=i), decimal.Decimal(i) / 4, i % 2 == 0)
            for i in range(100)]
    print(await connection.copy_records_to_table("ap", records=rows))
    print(await connection.fetchval("SELECT sum(id) FROM ap"), await connection.fetchval("SELECT max(price) FROM ap"))
    statement = await connection.prepare("SELECT id, name FROM ap WHERE id = $1")
    print([tuple(await statement.fetchrow(i)) for i in (3, 99)])
    print([tuple(r) for r in await connection.fetch("SELECT * FROM ap ORDER BY id LIMIT 2")])
    async with connection.transaction():
        seen = []
        async for record in connection.cursor("SELECT id FROM ap ORDER BY id", prefetch=7):
            seen.append(record["id"])
        print(len(seen), seen[:9])
    await connection.executemany("INSERT INTO ap (id, name) VALUES ($1, $2)", [(1000 + i, None) for i in range(5)])
    print(await connection.fetchval("SELECT count(*) FROM ap WHERE name IS NULL"))
    try:
        await connection.fetch("SELECT 1 / (id - id) FROM ap")
    except asyncpg.PostgresError as error:
        print(error.sqlstate)
    await connection.execute("DROP TABLE ap")
    await connection.close()

asyncio.run(main())
