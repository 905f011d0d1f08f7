\connect -
;;
CREATE TABLE city (id integer PRIMARY KEY, name varchar NOT NULL, area numeric(10, 2), founded date)
;;
INSERT INTO city VALUES (1, 'Oslo', 454.12, '1040-01-01'), (2, 'Rome', 1285, NULL), (3, 'Bergen', NULL, NULL)
;;
CREATE TABLE sale (city integer, amount double precision, at timestamp)
;;
INSERT INTO sale SELECT x % 3 + 1, x * 0.5, timestamp '2026-01-01' + x * interval '1 hour' FROM generate_series(1, 1000) AS s(x)
;;
\connect -
;;
SET search_path = pg_catalog
;;
SET timezone = 'GMT'
;;
SET datestyle = ISO
;;
SET intervalstyle = postgres
;;
SET extra_float_digits = 3
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'public'
;;
SELECT relname,   attname,   format_type(atttypid, atttypmod),   attnotnull,   pg_get_expr(adbin, adrelid),   attgenerated,   collname,   collnsp.nspname FROM pg_class c   JOIN pg_namespace n ON     relnamespace = n.oid   LEFT JOIN pg_attribute a ON     attrelid = c.oid AND attnum > 0       AND NOT attisdropped   LEFT JOIN pg_attrdef ad ON     adrelid = c.oid AND adnum = attnum   LEFT JOIN pg_collation coll ON     coll.oid = attcollation   LEFT JOIN pg_namespace collnsp ON     collnsp.oid = collnamespace WHERE c.relkind IN ('r','v','f','m','p')   AND n.nspname = 'public' AND NOT c.relispartition  ORDER BY c.relname, a.attnum
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
DECLARE c1 CURSOR FOR
SELECT id, name, area, founded FROM public.city ORDER BY id ASC NULLS LAST
;;
FETCH 100 FROM c1
;;
CLOSE c1
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
DECLARE c1 CURSOR FOR
SELECT name FROM public.city WHERE (((area > 1000::numeric) OR (founded < '1100-01-01'))) ORDER BY name ASC NULLS LAST
;;
FETCH 100 FROM c1
;;
CLOSE c1
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
DECLARE c1 CURSOR FOR
SELECT count(*), sum(amount), max(at) FROM public.sale WHERE ((amount > 100::double precision))
;;
FETCH 100 FROM c1
;;
CLOSE c1
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
DECLARE c1 CURSOR FOR
SELECT id, name FROM public.city
;;
FETCH 100 FROM c1
;;
DECLARE c2 CURSOR FOR
SELECT city FROM public.sale
;;
FETCH 100 FROM c2
;;
CLOSE c2
;;
CLOSE c1
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
DECLARE c1 CURSOR FOR
SELECT city, amount FROM public.sale ORDER BY amount DESC NULLS FIRST LIMIT 3::bigint
;;
FETCH 100 FROM c1
;;
CLOSE c1
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
INSERT INTO public.city(id, name, area, founded) VALUES ('4', 'Paris', '105.40', NULL)
;;
DEALLOCATE pgsql_fdw_prep_1
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
UPDATE public.city SET area = (area + 1::numeric) WHERE ((id = 4))
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
DELETE FROM public.city WHERE ((name = 'Paris'))
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
-- differs: sizes and numbers of rows are not the same
SELECT pg_catalog.pg_relation_size('public.city'::pg_catalog.regclass) / 8192
;;
DECLARE c1 CURSOR FOR SELECT id, name, area, founded FROM public.city
;;
FETCH 100 FROM c1
;;
CLOSE c1
;;
COMMIT TRANSACTION
;;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ
;;
INSERT INTO public.city(id, name, area, founded) VALUES ('5', 'Bonn', '141.00', '0011-01-01')
;;
DEALLOCATE pgsql_fdw_prep_2
;;
SAVEPOINT s2
;;
DELETE FROM public.city
;;
ROLLBACK TO SAVEPOINT s2; RELEASE SAVEPOINT s2
;;
SAVEPOINT s2
;;
DECLARE c1 CURSOR FOR
SELECT count(*) FROM public.city
;;
FETCH 100 FROM c1
;;
CLOSE c1
;;
RELEASE SAVEPOINT s2
;;
COMMIT TRANSACTION
;;
DEALLOCATE ALL
;;
\i schema.sql
;;
SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'public'
;;
SELECT relname,   attname,   format_type(atttypid, atttypmod),   attnotnull,   pg_get_expr(adbin, adrelid),   attgenerated,   collname,   collnsp.nspname FROM pg_class c   JOIN pg_namespace n ON     relnamespace = n.oid   LEFT JOIN pg_attribute a ON     attrelid = c.oid AND attnum > 0       AND NOT attisdropped   LEFT JOIN pg_attrdef ad ON     adrelid = c.oid AND adnum = attnum   LEFT JOIN pg_collation coll ON     coll.oid = attcollation   LEFT JOIN pg_namespace collnsp ON     collnsp.oid = collnamespace WHERE c.relkind IN ('r','v','f','m','p')   AND n.nspname = 'public' AND NOT c.relispartition  ORDER BY c.relname, a.attnum
;;
