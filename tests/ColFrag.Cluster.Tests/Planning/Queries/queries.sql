-- Scans, filters, projections
SELECT * FROM l;
SELECT k + 1, upper(g), x * 2 FROM l WHERE x > 100 AND g LIKE 'g1%';
SELECT * FROM nothing;
SELECT k, CASE WHEN x IS NULL THEN 'none' WHEN x % 2 = 0 THEN 'even' ELSE 'odd' END FROM l
  WHERE k IN (1, 5, 9) OR k IS NULL;
SELECT extract(hour FROM t), round(d, 2), g || '-' || k FROM l
  WHERE t BETWEEN TIMESTAMP '2001-01-01 10:00' AND TIMESTAMP '2001-01-01 12:00';
SELECT 1 AS one;
SELECT count(*) FROM (VALUES (1), (2), (NULL)) v(a);
-- Aggregation without groups
SELECT count(*), count(k), sum(x), avg(x), min(d), max(d), min(g), max(g) FROM l;
SELECT count(*), sum(k), min(g) FROM nothing;
SELECT count(*) FILTER (WHERE x > 50), sum(x) FILTER (WHERE g IS NULL) FROM l;
SELECT count(DISTINCT k), count(DISTINCT g), sum(DISTINCT x), count(*), avg(x) FROM l;
SELECT count(DISTINCT k) FROM nothing;
-- Grouped aggregation
SELECT g, count(*), sum(x), avg(d), min(t), max(t) FROM l GROUP BY g;
SELECT k, g, count(*), sum(x) FROM l GROUP BY k, g;
SELECT k % 10, count(DISTINCT g), sum(x), count(DISTINCT x % 5), min(d) FROM l GROUP BY k % 10;
SELECT g, count(DISTINCT k) FILTER (WHERE x > 100), sum(DISTINCT x % 100), count(*) FROM l GROUP BY g;
SELECT g, k % 3, count(*), sum(x) FROM l GROUP BY ROLLUP (g, k % 3);
SELECT g, k % 3, count(*), grouping(g, k % 3) FROM l GROUP BY GROUPING SETS ((g), (k % 3), ());
SELECT g, count(DISTINCT k), sum(x) FROM l GROUP BY CUBE (g);
SELECT g, count(*) FROM nothing GROUP BY GROUPING SETS ((g), ());
SELECT g, sum(x) FROM l GROUP BY g HAVING sum(x) > 1000 AND count(*) > 3;
SELECT count(*), max(c) FROM (SELECT k, count(*) AS c FROM l GROUP BY k);
-- DISTINCT
SELECT DISTINCT g FROM l;
SELECT DISTINCT k, g FROM l;
SELECT DISTINCT ON (g) g, x, k FROM l WHERE x IS NOT NULL ORDER BY g, x DESC;
SELECT DISTINCT k % 5 FROM clean;
-- Orders and limits
SELECT k, g, x, d FROM l ORDER BY d;
SELECT g, k, d FROM l ORDER BY g DESC NULLS FIRST, k, d DESC;
SELECT g, k, d FROM l ORDER BY g NULLS FIRST, d DESC LIMIT 17;
SELECT k, d FROM l ORDER BY k DESC NULLS LAST, d LIMIT 25 OFFSET 40;
SELECT d FROM l ORDER BY d FETCH FIRST 5 ROWS WITH TIES;
SELECT k % 10 AS a FROM l WHERE k IS NOT NULL ORDER BY a FETCH FIRST 3 ROWS WITH TIES;
SELECT count(*) FROM (SELECT * FROM l LIMIT 100);
SELECT count(*) FROM (SELECT * FROM l LIMIT 100 OFFSET 11900);
SELECT count(*) FROM (SELECT * FROM l OFFSET 11000);
SELECT d FROM (SELECT d FROM l ORDER BY d LIMIT 150000) ORDER BY d DESC LIMIT 10;
SELECT d FROM l ORDER BY d LIMIT 10 PERCENT;
-- Joins by keys
SELECT l.k, l.d, r.y FROM l JOIN r ON l.k = r.k;
SELECT l.k, l.d, r.y FROM l LEFT JOIN r ON l.k = r.k AND r.y > 20;
SELECT l.k, l.d, r.y, r.e FROM l RIGHT JOIN r ON l.k = r.k AND l.x % 3 = 0;
SELECT l.k, l.d, r.y, r.e FROM l FULL JOIN r ON l.k = r.k AND l.g = r.g;
SELECT l.d, r.e FROM l JOIN r ON l.g = r.g AND l.k = r.k;
SELECT l.d, r.e FROM l JOIN r ON l.k IS NOT DISTINCT FROM r.k AND l.x = r.y * 3;
SELECT l.d, s.name FROM l JOIN s ON l.k = s.k;
SELECT l.d, s.name FROM l LEFT JOIN s USING (k);
SELECT s.name, count(l.d), sum(l.x) FROM l RIGHT JOIN s ON l.k = s.k GROUP BY s.name;
SELECT s.name, l.d FROM s FULL JOIN l ON l.k = s.k AND l.x > 3000;
SELECT a.d, b.d FROM l a JOIN l b ON a.k = b.k AND a.x < b.x WHERE a.g = 'g3';
SELECT l.d, nothing.g FROM l LEFT JOIN nothing ON l.k = nothing.k WHERE l.x < 60;
SELECT l.d, nothing.g FROM nothing FULL JOIN l ON l.k = nothing.k WHERE l.x < 60;
SELECT count(*) FROM l, r, s, clean WHERE l.k = r.k AND r.k = s.k AND s.k = clean.k;
SELECT r.y, s.name, count(*) FROM l JOIN r ON l.k = r.k JOIN s ON s.k = l.k GROUP BY r.y, s.name;
SELECT v.a, l.d FROM (VALUES (1), (2), (NULL), (499)) v(a) JOIN l ON l.k = v.a;
SELECT v.a, l.d FROM (VALUES (1), (2), (NULL), (1000)) v(a) LEFT JOIN l ON l.k = v.a;
SELECT v.a, l.d FROM l FULL JOIN (VALUES (1), (2), (NULL), (1000)) v(a) ON l.k = v.a;
SELECT * FROM (SELECT k, sum(x) AS sx FROM l GROUP BY k) a JOIN (SELECT k, sum(y) AS sy FROM r
  GROUP BY k) b USING (k);
SELECT a.k, b.c FROM (SELECT DISTINCT k FROM l) a LEFT JOIN (SELECT k, count(*) AS c FROM r
  GROUP BY k) b ON a.k = b.k;
-- Joins without keys
SELECT count(*), sum(l.x) FROM l JOIN s ON l.k < s.k;
SELECT s.name, clean.v FROM s LEFT JOIN clean ON s.k > clean.k AND clean.v = 3;
SELECT s.name, clean.k FROM clean RIGHT JOIN s ON s.k > clean.k AND clean.v = 3;
SELECT s.name, c.k FROM s FULL JOIN (SELECT * FROM clean WHERE k < 30) c ON s.k < c.k;
SELECT count(*) FROM s, clean;
SELECT count(*) FROM l CROSS JOIN (SELECT max(k) AS m FROM r) z WHERE l.k = z.m;
-- Subqueries
SELECT d FROM l WHERE k IN (SELECT k FROM r WHERE y < 10);
SELECT d FROM l WHERE k NOT IN (SELECT k FROM r WHERE y < 10);
SELECT d FROM l WHERE k NOT IN (SELECT k FROM clean);
SELECT d FROM l WHERE k NOT IN (SELECT k FROM nothing);
SELECT d FROM l WHERE EXISTS (SELECT 1 FROM r WHERE r.k = l.k AND r.y > l.x % 40);
SELECT d FROM l WHERE NOT EXISTS (SELECT 1 FROM r WHERE r.k = l.k AND r.g = l.g);
SELECT d, k IN (SELECT k FROM s) FROM l WHERE x < 2000;
SELECT d, k NOT IN (SELECT k FROM clean WHERE v = 2) FROM l WHERE x < 2000;
SELECT d FROM l WHERE x > (SELECT avg(x) FROM l);
SELECT d FROM l WHERE x > (SELECT avg(y) * 100 FROM r WHERE r.k = l.k);
SELECT k, (SELECT name FROM s WHERE s.k = l.k) FROM l WHERE x < 3000;
SELECT g, (SELECT count(*) FROM r WHERE r.g = q.g) FROM (SELECT DISTINCT g FROM l) q;
-- Set operations
SELECT k FROM l UNION SELECT k FROM r;
SELECT k, g FROM l UNION ALL SELECT k, g FROM r UNION ALL SELECT 1, 'one';
SELECT k FROM l INTERSECT SELECT k FROM r;
SELECT k FROM l EXCEPT SELECT k FROM r;
SELECT k FROM l INTERSECT ALL SELECT k FROM r;
SELECT k FROM l EXCEPT ALL SELECT k FROM r;
SELECT g, count(*) FROM (SELECT g, k FROM l UNION ALL SELECT g, k FROM r) u GROUP BY g;
SELECT u.k, count(*) FROM (SELECT k FROM l UNION ALL SELECT k
  FROM r UNION ALL VALUES (1), (2)) u JOIN s ON s.k = u.k GROUP BY u.k;
-- Common tables
WITH q AS (SELECT k, sum(x) AS sx FROM l GROUP BY k) SELECT count(*) FROM q a JOIN q b ON a.k = b.k WHERE a.sx > 100;
WITH q AS (SELECT g, count(*) AS c FROM l GROUP BY g) SELECT * FROM q WHERE c = (SELECT max(c) FROM q);
-- Series
SELECT i, count(l.k) FROM range(20) n(i) LEFT JOIN l ON l.k = n.i GROUP BY i;
SELECT i FROM generate_series(1, 10) n(i) WHERE i NOT IN (SELECT k FROM clean);
-- Windows
SELECT g, k, x, row_number() OVER (PARTITION BY g ORDER BY d, x), sum(x) OVER (PARTITION BY g ORDER BY d) FROM l;
SELECT g, rank() OVER (PARTITION BY g, k ORDER BY x), lag(x, 2, -1) OVER (PARTITION BY g ORDER BY d) FROM l;
SELECT k, d, avg(d) OVER (ORDER BY d, x ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) FROM l;
SELECT k, first_value(x) OVER (PARTITION BY k ORDER BY d), count(*) FILTER (WHERE x > 100) OVER (PARTITION BY k)
  FROM l;
SELECT g, max(c), sum(r)
  FROM (SELECT g, count(*) OVER (PARTITION BY g, k) AS c, dense_rank() OVER (PARTITION BY g ORDER BY k) AS r
  FROM l) w GROUP BY g;
SELECT g, d FROM (SELECT g, d, row_number() OVER (PARTITION BY g ORDER BY d DESC) AS n FROM l) w WHERE n <= 3;
-- Aggregates whose states are not numbers, and those that look at an order
SELECT stddev(x), var_pop(d), bool_and(x > 0), bit_or(k) FROM l;
SELECT median(x), quantile_cont(d, 0.25) FROM l;
SELECT k % 4, median(x), count(DISTINCT g), stddev(d) FROM l GROUP BY k % 4;
SELECT g, string_agg(CAST(k AS VARCHAR), ',' ORDER BY x, k, d) FROM l WHERE x < 600 GROUP BY g;
SELECT string_agg(g, '' ORDER BY d, x) FROM l WHERE x < 90;
SELECT g, array_agg(DISTINCT k % 3 ORDER BY k % 3) FROM l GROUP BY g;
SELECT g, k % 2, string_agg(CAST(x AS VARCHAR), ' ' ORDER BY d, x) FROM l WHERE x < 900 GROUP BY ROLLUP (g, k % 2);
SELECT count(*) FROM (SELECT g, first(x ORDER BY d, x) AS f FROM l GROUP BY g) q JOIN r ON r.y = q.f % 40;
SELECT k, list(v) FROM (SELECT k, v FROM clean ORDER BY v) c GROUP BY k;
SELECT g, string_agg(CAST(k AS VARCHAR), ',' ORDER BY x, d), string_agg(CAST(x AS VARCHAR), ' ' ORDER BY d DESC, x), count(*)
  FROM l WHERE x < 900 GROUP BY g;
-- Nested values on the wire
SELECT k, [x, k], {'a': g, 'b': d} FROM l WHERE x < 3000;
SELECT a.v, count(*) FROM (SELECT [k % 5, 1] AS v FROM l) a JOIN (SELECT [k % 7, 1] AS v FROM clean) b ON a.v = b.v
  GROUP BY a.v;
-- Common tables, recursion, unnesting, nearest partners
WITH q AS MATERIALIZED (SELECT k, sum(x) AS sx FROM l GROUP BY k) SELECT count(*), sum(a.sx) FROM q a JOIN q b ON a.k = b.k;
WITH q AS MATERIALIZED (SELECT g, count(*) AS c FROM l GROUP BY g), p AS MATERIALIZED (SELECT max(c) AS m FROM q)
  SELECT q.g FROM q, p WHERE q.c = p.m OR q.c IN (SELECT c FROM q WHERE g = 'g3');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT n.i, count(l.d) FROM n LEFT JOIN l
  ON l.k = n.i GROUP BY n.i;
WITH RECURSIVE reach(k) AS (SELECT 10 UNION SELECT c.k + c.v FROM reach JOIN clean c ON c.k = reach.k WHERE c.v < 9)
  SELECT reach.k, r.y FROM reach LEFT JOIN r ON r.k = reach.k;
WITH RECURSIVE w(k, n) AS (SELECT min(k), 0 FROM l UNION ALL SELECT w.k + 1, n + 1 FROM w WHERE n < 5
  AND w.k IN (SELECT k FROM l WHERE g IS NOT NULL)) SELECT * FROM w;
SELECT l.k, u.e FROM l, unnest([l.k, 1]) u(e) WHERE l.x < 600;
SELECT l.d, r.e FROM l ASOF JOIN r ON l.k = r.k AND l.d >= r.e;
SELECT l.d, c.v FROM l ASOF LEFT JOIN clean c ON l.k >= c.k;
SELECT count(*) FROM (SELECT * FROM l TABLESAMPLE RESERVOIR (50 ROWS)) q;
