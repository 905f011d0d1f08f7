\connect -
;;
BEGIN
;;
SELECT 1 AS a, 2.50 AS b, 'x' || 'y' AS c, true AS d, NULL::int AS e, date '2024-02-29' AS f
;;
CREATE TABLE py (id integer PRIMARY KEY, name varchar, price numeric(10,2), at timestamp, raw bytea)
;;
INSERT INTO py VALUES (1, 'O''Hara \ ü', 12.50, '2024-01-02T03:04:05.678900'::timestamp, '\x00ff10'::bytea)
;;
INSERT INTO py VALUES (2, NULL, NULL, NULL, NULL)
;;
COMMIT
;;
BEGIN
;;
SELECT * FROM py ORDER BY id
;;
SELECT nosuch FROM py
;;
SELECT 1
;;
ROLLBACK
;;
BEGIN
;;
INSERT INTO py (id) VALUES (3)
;;
ROLLBACK
;;
BEGIN
;;
SELECT count(*) FROM py
;;
COPY py (id, name) FROM STDIN WITH CSV
;;
COPY (SELECT id, name FROM py WHERE id >= 10 ORDER BY id) TO STDOUT
;;
COPY (SELECT id, name FROM py WHERE id >= 10 ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)
;;
COMMIT
;;
BEGIN
;;
DECLARE "walker" CURSOR WITHOUT HOLD FOR SELECT x FROM generate_series(1, 10) AS t(x)
;;
FETCH FORWARD 3 FROM "walker"
;;
CLOSE "walker"
;;
COMMIT
;;
BEGIN
;;
SAVEPOINT s
;;
DELETE FROM py
;;
ROLLBACK TO SAVEPOINT s
;;
SELECT count(*) FROM py
;;
DROP TABLE py
;;
COMMIT
;;
