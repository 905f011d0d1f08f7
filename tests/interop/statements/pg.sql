\connect -
;;
SELECT 1 AS a, 'x' AS b, true AS c, 1.5::double precision AS d, NULL AS e, 2::bigint AS f
;;
SELECT '41'::int + 1 AS a, 'zwei'::text AS b, 'f'::boolean AS c
;;
SELECT '1'::int AS a
;;
SELECT '2'::int AS a
;;
CREATE TABLE nd (id integer, name varchar, at timestamp)
;;
INSERT INTO nd VALUES ('1', 'a', '2024-01-02 03:04:05'), (2, NULL, NULL)
;;
SELECT id, name, at::text AS at FROM nd ORDER BY id
;;
SELECT nosuch FROM nd
;;
BEGIN
;;
DELETE FROM nd
;;
ROLLBACK
;;
SELECT count(*) FROM nd
;;
DROP TABLE nd
;;
