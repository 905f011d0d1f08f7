namespace ColFrag.Engine.Tests.Sql;

internal static partial class SqlCorpus
{
    private const string Definitions = """
        CREATE SCHEMA s;
        CREATE SCHEMA IF NOT EXISTS db.s AUTHORIZATION bob;
        CREATE SCHEMA AUTHORIZATION CURRENT_USER;
        CREATE VIEW v AS SELECT 1;
        CREATE OR REPLACE TEMP VIEW s.v (a, b) WITH (security_barrier) AS SELECT 1, 2;
        CREATE VIEW IF NOT EXISTS v AS VALUES (1);
        CREATE RECURSIVE VIEW v (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 10;
        CREATE MATERIALIZED VIEW v AS SELECT a, count(*) FROM t GROUP BY a;
        CREATE MATERIALIZED VIEW IF NOT EXISTS s.v (a, n) WITH (replicas = 2) DISTRIBUTED BY hash(a) AS SELECT a, count(*) FROM t GROUP BY a WITH NO DATA;
        CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT 1 WITH DATA;
        REFRESH MATERIALIZED VIEW v;
        REFRESH MATERIALIZED VIEW CONCURRENTLY s.v WITH NO DATA;
        CREATE SEQUENCE q;
        CREATE TEMP SEQUENCE IF NOT EXISTS s.q AS int START 5 INCREMENT BY -1 MINVALUE 0 MAXVALUE 10 CACHE 20 CYCLE OWNED BY t.a;
        CREATE OR REPLACE SEQUENCE q START WITH -9223372036854775808 NO MINVALUE NO MAXVALUE NO CYCLE;
        CREATE MACRO add(a, b) AS a + b;
        CREATE OR REPLACE TEMP MACRO f(a, b := 5, c int, d text := 'x') AS a + b, (a) AS a, () AS 1;
        CREATE MACRO IF NOT EXISTS t(n) AS TABLE SELECT * FROM range(n);
        CREATE MACRO t() AS TABLE TABLE u;
        CREATE MACRO t() AS TABLE u;
        CREATE FUNCTION add(a, b) AS a + b;
        CREATE OR REPLACE FUNCTION f(x) AS TABLE (SELECT x);
        CREATE FUNCTION IF NOT EXISTS f(x, y := (1)) AS ((x + y));
        CREATE FUNCTION add(a int, b int DEFAULT 1) RETURNS int LANGUAGE SQL IMMUTABLE STRICT AS 'SELECT a + b';
        CREATE OR REPLACE FUNCTION f(int, double precision, x character varying(3) = 'a', VARIADIC y int[]) RETURNS SETOF text STABLE LEAKPROOF SECURITY INVOKER PARALLEL SAFE COST 100 CALLED ON NULL INPUT LANGUAGE 'sql' RETURN x || 'y';
        CREATE FUNCTION f() RETURNS TABLE (a int, b text) VOLATILE AS $$ SELECT 1, 'x' $$ LANGUAGE sql ROWS 10;
        CREATE FUNCTION distance(a double, b double) RETURNS double IMMUTABLE RETURNS NULL ON NULL INPUT ASSEMBLY 'geo.dll' ENTRY 'Geo.Functions.Distance';
        CREATE TYPE e AS ENUM ('a', 'b');
        CREATE TYPE e AS ENUM ();
        CREATE DOMAIN positive AS integer DEFAULT 1 NOT NULL CONSTRAINT above CHECK (VALUE > 0);
        CREATE TYPE s.p AS (x double precision, y double precision);
        CREATE TYPE IF NOT EXISTS m AS numeric(12, 2);
        CREATE OR REPLACE TYPE l AS struct(a int)[];
        CREATE INDEX i ON t (a);
        CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING btree (a DESC, lower(b) NULLS FIRST) WITH (fillfactor = 70) WHERE c > 1;
        CREATE INDEX ON t (a, (b + c));
        COMMENT ON TABLE t IS 'text';
        COMMENT ON COLUMN s.t.a IS NULL;
        COMMENT ON FUNCTION f(int) IS 'f';
        COMMENT ON DATABASE d IS 'd';
        COMMENT ON MATERIALIZED VIEW v IS 'v';
        CREATE MACRO m (a, b) AS TABLE (SELECT * FROM range(a) t(i)), (a, b := 1) AS TABLE FROM range(b) t(i);
        CREATE TYPE e AS ENUM (SELECT DISTINCT a FROM t);
        CREATE UNIQUE INDEX i ON t (a text_ops DESC, b) INCLUDE (c) NULLS NOT DISTINCT WHERE a > 0;
        DROP FUNCTION f(a int, VARIADIC b text[]);
        CREATE TABLE t (a int) WITHOUT OIDS;
        """;
}
