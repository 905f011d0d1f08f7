-- Flights and airports. Run in this folder: COPY reads files relative to where the console runs.
CREATE TABLE airports (
    iata      TEXT NOT NULL,
    name      TEXT,
    city      TEXT,
    state     TEXT,
    country   TEXT,
    latitude  DOUBLE PRECISION,
    longitude DOUBLE PRECISION
) WITH (distributed_by = broadcast);

CREATE TABLE flights (
    date        TIMESTAMP,
    delay       BIGINT,
    distance    BIGINT,
    origin      TEXT,
    destination TEXT
) WITH (
    distributed_by = hash(origin),
    column_groups  = ((date, delay, distance), (origin, destination))
);

COPY airports FROM 'airports.csv';
COPY flights FROM 'flights.parquet';
