CREATE TABLE city (id integer PRIMARY KEY, name varchar NOT NULL, area numeric(10,2) DEFAULT 1, founded date,
    UNIQUE (name, founded), CONSTRAINT positive CHECK (area > 0));
CREATE TABLE sale (city integer NOT NULL, amount double precision, at timestamp, note varchar DEFAULT 'x', big bigint,
    PRIMARY KEY (at, city));
CREATE TABLE plain (a smallint, b boolean, c real, d timestamptz, e uuid, f bytea, g integer[], h interval, i time);
CREATE VIEW large AS SELECT name, area FROM city WHERE area > 100;
