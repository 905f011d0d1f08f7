\connect -
;;
-- of its own: relations, types and functions of the catalog
select b.oid, b.typarray
      from pg_catalog.pg_type a
      left join pg_catalog.pg_type b on b.oid = a.typelem
      where a.typcategory = 'A'
      group by b.oid, b.typarray
      order by b.oid
;;
SELECT 1 AS a, 'x' || 'y' AS b, 't'::boolean AS c, 2.5::float8 AS d
;;
CREATE TABLE pj (id integer, name varchar)
;;
INSERT INTO pj ("id","name")values('1','a'),('2',NULL)
;;
SELECT * FROM pj ORDER BY id
;;
begin
;;
INSERT INTO pj VALUES (3, 'c')
;;
commit
;;
begin
;;
DELETE FROM pj
;;
rollback
;;
SELECT count(*)::int AS n FROM pj WHERE id = '3' OR id < 3
;;
SELECT x::int AS x FROM generate_series(1, 10) AS t(x)
;;
SELECT nosuch FROM pj
;;
DROP TABLE pj
;;
\i schema.sql
;;
