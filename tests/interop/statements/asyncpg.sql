\connect -
;;
SELECT '-7'::smallint AS a, '1073741824'::int AS b, '-1152921504606846976'::bigint AS c, '1.5'::real AS d, '2.25'::double precision AS e, '-1234.5678'::numeric(12,4) AS f, 'grün'::text AS g, '1999-12-31'::date AS h, '23:59:59.999999'::time AS i, '2001-02-03 04:05:06.000007'::timestamp AS j, '2020-01-01 00:00:00+00'::timestamptz AS k, '0126580b-4800-0000-0000-000000000000'::uuid AS l, '\x0001'::bytea AS m, 't'::boolean AS n, '3 days 00:00:04'::interval AS o
;;
CREATE TABLE ap (id bigint, name varchar, at timestamp, price numeric(10,2), ok boolean)
;;
SELECT sum(id) FROM ap
;;
SELECT max(price) FROM ap
;;
SELECT id, name FROM ap WHERE id = '3'
;;
SELECT id, name FROM ap WHERE id = '99'
;;
SELECT * FROM ap ORDER BY id LIMIT 2
;;
BEGIN
;;
SELECT id FROM ap ORDER BY id
;;
COMMIT
;;
INSERT INTO ap (id, name) VALUES ('1000', NULL)
;;
INSERT INTO ap (id, name) VALUES ('1001', NULL)
;;
INSERT INTO ap (id, name) VALUES ('1002', NULL)
;;
INSERT INTO ap (id, name) VALUES ('1003', NULL)
;;
INSERT INTO ap (id, name) VALUES ('1004', NULL)
;;
SELECT count(*) FROM ap WHERE name IS NULL
;;
SELECT 1 / (id - id) FROM ap
;;
DROP TABLE ap
;;
