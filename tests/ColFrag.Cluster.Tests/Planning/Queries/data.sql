-- Rows full of NULLs, keys that repeat, one table in the journal, one empty, one with deleted rows.
CREATE TABLE l (k INTEGER, g VARCHAR, x BIGINT, d DOUBLE, t TIMESTAMP) WITH (ranges = 5);
INSERT INTO l SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE i % 500 END,
  CASE WHEN i % 11 = 0 THEN NULL ELSE 'g' || (i % 13) END, CASE WHEN i % 5 = 0 THEN NULL ELSE i * 3 END,
  i / 7.0, TIMESTAMP '2001-01-01 00:00:00' + to_minutes(i % 3000)
FROM range(12000) q(i);
CREATE TABLE r (k INTEGER, g VARCHAR, y BIGINT, e DECIMAL(12, 3)) WITH (distributed_by = hash(k), ranges = 3);
INSERT INTO r SELECT CASE WHEN i % 9 = 0 THEN NULL ELSE i % 700 END,
  CASE WHEN i % 4 = 0 THEN NULL ELSE 'g' || (i % 17) END, i % 40, i / 8.0
FROM range(5000) q(i);
CREATE TABLE s (k INTEGER, name VARCHAR) WITH (ranges = 2);
INSERT INTO s SELECT CASE WHEN i = 3 THEN NULL ELSE i * 5 END, 'name ' || i FROM range(60) q(i);
CREATE TABLE clean (k INTEGER NOT NULL, v INTEGER) WITH (ranges = 4);
INSERT INTO clean SELECT i * 2, i % 10 FROM range(1000) q(i);
CREATE TABLE nothing (k INTEGER, g VARCHAR) WITH (ranges = 4);
DELETE FROM l WHERE x % 17 = 3;
