\connect -
;;
BEGIN
;;
SELECT t.oid, typarray
FROM pg_type t JOIN pg_namespace ns
    ON typnamespace = ns.oid
WHERE typname = 'hstore'
;;
ROLLBACK
;;
BEGIN
;;
-- differs: each server's own version
select pg_catalog.version()
;;
select current_schema()
;;
-- differs: isolation is a snapshot, names may be longer
show transaction isolation level
;;
show standard_conforming_strings
;;
ROLLBACK
;;
BEGIN
;;
CREATE TABLE reflected (id integer PRIMARY KEY, name varchar NOT NULL, price numeric(10,2), at timestamp, UNIQUE (name))
;;
COMMIT
;;
BEGIN
;;
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind in ('r', 'p')
;;
ROLLBACK
;;
BEGIN
;;
-- differs: numbers of objects that are gone since, or types of the catalog's own columns
SELECT c.oid
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (pg_catalog.pg_table_is_visible(c.oid))
            AND c.relname = 'reflected' AND c.relkind in
            ('r', 'v', 'm', 'f', 'p')
;;
-- differs: PostgreSQL has domains of its own in the catalog
SELECT t.typname as "name",
               pg_catalog.format_type(t.typbasetype, t.typtypmod) as "attype",
               not t.typnotnull as "nullable",
               t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema"
            FROM pg_catalog.pg_type t
               LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype = 'd'
;;
SELECT t.typname as "name",
               -- no enum defaults in 8.4 at least
               -- t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema",
               e.enumlabel as "label"
            FROM pg_catalog.pg_type t
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                 LEFT JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid
            WHERE t.typtype = 'e'
        ORDER BY "schema", "name", e.oid
;;
ROLLBACK
;;
BEGIN
;;
CREATE TABLE referring (a integer DEFAULT 7, b varchar, ref varchar, other integer, CONSTRAINT referring_key PRIMARY KEY (b, a), CONSTRAINT positive CHECK (other > 0), UNIQUE (ref, other))
;;
COMMIT
;;
BEGIN
;;
CREATE VIEW seen AS SELECT id, name FROM reflected
;;
COMMIT
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
-- differs: numbers of objects that are gone since, or types of the catalog's own columns
SELECT c.oid
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (pg_catalog.pg_table_is_visible(c.oid))
            AND c.relname = 'referring' AND c.relkind in
            ('r', 'v', 'm', 'f', 'p')
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
ROLLBACK
;;
BEGIN
;;
-- differs: PostgreSQL has domains of its own in the catalog
SELECT t.typname as "name",
               pg_catalog.format_type(t.typbasetype, t.typtypmod) as "attype",
               not t.typnotnull as "nullable",
               t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema"
            FROM pg_catalog.pg_type t
               LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype = 'd'
;;
SELECT t.typname as "name",
               -- no enum defaults in 8.4 at least
               -- t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema",
               e.enumlabel as "label"
            FROM pg_catalog.pg_type t
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                 LEFT JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid
            WHERE t.typtype = 'e'
        ORDER BY "schema", "name", e.oid
;;
ROLLBACK
;;
BEGIN
;;
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
;;
ROLLBACK
;;
BEGIN
;;
-- differs: numbers of objects that are gone since, or types of the catalog's own columns
SELECT c.oid
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (pg_catalog.pg_table_is_visible(c.oid))
            AND c.relname = 'seen' AND c.relkind in
            ('r', 'v', 'm', 'f', 'p')
;;
-- differs: PostgreSQL has domains of its own in the catalog
SELECT t.typname as "name",
               pg_catalog.format_type(t.typbasetype, t.typtypmod) as "attype",
               not t.typnotnull as "nullable",
               t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema"
            FROM pg_catalog.pg_type t
               LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype = 'd'
;;
SELECT t.typname as "name",
               -- no enum defaults in 8.4 at least
               -- t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema",
               e.enumlabel as "label"
            FROM pg_catalog.pg_type t
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                 LEFT JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid
            WHERE t.typtype = 'e'
        ORDER BY "schema", "name", e.oid
;;
ROLLBACK
;;
BEGIN
;;
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind in ('r', 'p')
;;
-- differs: numbers of objects that are gone since, or types of the catalog's own columns
SELECT c.oid
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (pg_catalog.pg_table_is_visible(c.oid))
            AND c.relname = 'reflected' AND c.relkind in
            ('r', 'v', 'm', 'f', 'p')
;;
-- differs: PostgreSQL has domains of its own in the catalog
SELECT t.typname as "name",
               pg_catalog.format_type(t.typbasetype, t.typtypmod) as "attype",
               not t.typnotnull as "nullable",
               t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema"
            FROM pg_catalog.pg_type t
               LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype = 'd'
;;
SELECT t.typname as "name",
               -- no enum defaults in 8.4 at least
               -- t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema",
               e.enumlabel as "label"
            FROM pg_catalog.pg_type t
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                 LEFT JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid
            WHERE t.typtype = 'e'
        ORDER BY "schema", "name", e.oid
;;
-- differs: numbers of objects that are gone since, or types of the catalog's own columns
SELECT c.oid
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (pg_catalog.pg_table_is_visible(c.oid))
            AND c.relname = 'referring' AND c.relkind in
            ('r', 'v', 'm', 'f', 'p')
;;
-- differs: PostgreSQL has domains of its own in the catalog
SELECT t.typname as "name",
               pg_catalog.format_type(t.typbasetype, t.typtypmod) as "attype",
               not t.typnotnull as "nullable",
               t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema"
            FROM pg_catalog.pg_type t
               LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype = 'd'
;;
SELECT t.typname as "name",
               -- no enum defaults in 8.4 at least
               -- t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema",
               e.enumlabel as "label"
            FROM pg_catalog.pg_type t
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                 LEFT JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid
            WHERE t.typtype = 'e'
        ORDER BY "schema", "name", e.oid
;;
ROLLBACK
;;
BEGIN
;;
DROP VIEW seen
;;
COMMIT
;;
BEGIN
;;
DROP TABLE referring
;;
COMMIT
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='reflected'
;;
ROLLBACK
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='nosuch'
;;
ROLLBACK
;;
BEGIN
;;
-- differs: each server has other objects of its own in the catalog
SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY nspname
;;
ROLLBACK
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='frame'
;;
ROLLBACK
;;
BEGIN
;;
CREATE TABLE frame (
	a BIGINT,
	b TEXT,
	c FLOAT(53)
)
;;
COMMIT
;;
BEGIN
;;
INSERT INTO frame (a, b, c) VALUES (1, 'x', 0.5), (2, NULL, 1.5), (3, 'z', NULL)
;;
COMMIT
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='SELECT * FROM frame ORDER BY a'
;;
ROLLBACK
;;
BEGIN
;;
SELECT * FROM frame ORDER BY a
;;
ROLLBACK
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='kept'
;;
ROLLBACK
;;
BEGIN
;;
CREATE TABLE kept (
	a BIGINT,
	b TEXT,
	c FLOAT(53),
	t TIMESTAMP WITHOUT TIME ZONE
)
;;
COMMIT
;;
BEGIN
;;
INSERT INTO kept (a, b, c, t) VALUES (1, 'x', 0.5, '2026-01-02T00:00:00'::timestamp),(2, NULL, 1.5, NULL),(3, 'z', NULL, '2026-03-04T05:06:07'::timestamp)
;;
COMMIT
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='kept'
;;
ROLLBACK
;;
BEGIN
;;
INSERT INTO kept (a, b, c, t) VALUES (1, 'x', 0.5, '2026-01-02T00:00:00'::timestamp),(2, NULL, 1.5, NULL)
;;
INSERT INTO kept (a, b, c, t) VALUES (3, 'z', NULL, '2026-03-04T05:06:07'::timestamp)
;;
COMMIT
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='kept'
;;
ROLLBACK
;;
BEGIN
;;
-- differs: numbers of objects that are gone since, or types of the catalog's own columns
SELECT c.oid
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (pg_catalog.pg_table_is_visible(c.oid))
            AND c.relname = 'kept' AND c.relkind in
            ('r', 'v', 'm', 'f', 'p')
;;
-- differs: PostgreSQL has domains of its own in the catalog
SELECT t.typname as "name",
               pg_catalog.format_type(t.typbasetype, t.typtypmod) as "attype",
               not t.typnotnull as "nullable",
               t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema"
            FROM pg_catalog.pg_type t
               LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype = 'd'
;;
SELECT t.typname as "name",
               -- no enum defaults in 8.4 at least
               -- t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema",
               e.enumlabel as "label"
            FROM pg_catalog.pg_type t
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                 LEFT JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid
            WHERE t.typtype = 'e'
        ORDER BY "schema", "name", e.oid
;;
ROLLBACK
;;
BEGIN
;;
SELECT kept.a, kept.b, kept.c, kept.t
FROM kept
;;
ROLLBACK
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='kept'
;;
ROLLBACK
;;
BEGIN
;;
-- differs: numbers of objects that are gone since, or types of the catalog's own columns
SELECT c.oid
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (pg_catalog.pg_table_is_visible(c.oid))
            AND c.relname = 'kept' AND c.relkind in
            ('r', 'v', 'm', 'f', 'p')
;;
-- differs: PostgreSQL has domains of its own in the catalog
SELECT t.typname as "name",
               pg_catalog.format_type(t.typbasetype, t.typtypmod) as "attype",
               not t.typnotnull as "nullable",
               t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema"
            FROM pg_catalog.pg_type t
               LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE t.typtype = 'd'
;;
SELECT t.typname as "name",
               -- no enum defaults in 8.4 at least
               -- t.typdefault as "default",
               pg_catalog.pg_type_is_visible(t.oid) as "visible",
               n.nspname as "schema",
               e.enumlabel as "label"
            FROM pg_catalog.pg_type t
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
                 LEFT JOIN pg_catalog.pg_enum e ON t.oid = e.enumtypid
            WHERE t.typtype = 'e'
        ORDER BY "schema", "name", e.oid
;;
ROLLBACK
;;
BEGIN
;;
SELECT kept.a, kept.a AS a__1, kept.t
FROM kept
;;
ROLLBACK
;;
BEGIN
;;
select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where pg_catalog.pg_table_is_visible(c.oid) and relname='SELECT a FROM kept ORDER BY a'
;;
ROLLBACK
;;
BEGIN
;;
SELECT a FROM kept ORDER BY a
;;
ROLLBACK
;;
BEGIN
;;
DROP TABLE kept
;;
COMMIT
;;
BEGIN
;;
INSERT INTO reflected (id, name) VALUES (1, 'a'),(2, 'b')
;;
COMMIT
;;
BEGIN
;;
SELECT reflected.id, reflected.price
FROM reflected ORDER BY reflected.id
;;
DROP TABLE reflected
;;
COMMIT
;;
BEGIN
;;
DROP TABLE frame
;;
COMMIT
;;
