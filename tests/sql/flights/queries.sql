-- Questions about flights and airports, whose answers on every way to run ColFrag must be DuckDB's. An empty line ends a
-- query; one that begins with "-- in order" orders all of its rows.

SELECT count(*) FROM flights

SELECT count(*), count(delay), sum(delay), min(delay), max(delay), avg(delay) FROM flights

SELECT origin, count(*), avg(delay) FROM flights GROUP BY origin

-- in order
SELECT origin, count(*) AS n, avg(delay) AS late FROM flights GROUP BY origin ORDER BY n DESC, origin LIMIT 10

-- in order
SELECT origin, destination, count(*) AS n, sum(distance) AS miles
FROM flights GROUP BY origin, destination ORDER BY n DESC, origin, destination LIMIT 50

SELECT origin, destination, min(date), max(date), count(*) FROM flights GROUP BY origin, destination

SELECT a.state, count(*), sum(f.delay), avg(f.distance)
FROM flights f JOIN airports a ON a.iata = f.origin GROUP BY a.state

-- in order
SELECT a.city, b.city, count(*) AS n, max(f.delay)
FROM flights f JOIN airports a ON f.origin = a.iata JOIN airports b ON f.destination = b.iata
WHERE a.state <> b.state AND f.delay > 60
GROUP BY a.city, b.city HAVING count(*) >= 20 ORDER BY n DESC, a.city, b.city LIMIT 40

SELECT count(*) FROM flights f LEFT JOIN airports a ON a.iata = f.destination WHERE a.iata IS NULL

SELECT a.state, count(f.origin) FROM airports a LEFT JOIN flights f ON f.origin = a.iata AND f.delay > 300 GROUP BY a.state

-- in order
SELECT iata, name FROM airports WHERE iata NOT IN (SELECT origin FROM flights) AND state = 'CO' ORDER BY iata

SELECT state, count(*) FROM airports WHERE EXISTS (SELECT 1 FROM flights WHERE origin = iata AND delay >= 600) GROUP BY state

SELECT CAST(date AS DATE) AS day, count(*), avg(delay), sum(CASE WHEN delay > 15 THEN 1 ELSE 0 END)
FROM flights GROUP BY CAST(date AS DATE)

SELECT extract(hour FROM date) AS hour, extract(dow FROM date) AS weekday, count(*), sum(delay)
FROM flights GROUP BY 1, 2

SELECT date_trunc('month', date), origin, count(*) FROM flights WHERE origin IN ('SFO', 'JFK', 'ORD') GROUP BY 1, 2

SELECT count(*) FROM flights WHERE origin = 'SFO' AND destination = 'JFK' AND delay BETWEEN -10 AND 10

SELECT count(*), sum(distance) FROM flights WHERE origin LIKE 'S%' AND destination NOT LIKE '%A' AND distance >= 1000

-- in order
SELECT date, origin, destination, delay, distance FROM flights
WHERE delay > 500 ORDER BY delay DESC, date, origin, destination, distance LIMIT 100

-- in order
SELECT DISTINCT origin FROM flights WHERE distance > 2500 ORDER BY origin DESC

SELECT count(DISTINCT origin), count(DISTINCT destination), count(DISTINCT distance) FROM flights

SELECT origin, count(DISTINCT destination) FROM flights GROUP BY origin HAVING count(DISTINCT destination) > 50

SELECT avg(delay * 1.0), sum(distance * 0.5), avg(CAST(delay AS DOUBLE)) FROM flights

SELECT distance // 500 AS band, count(*), avg(delay), min(origin), max(destination) FROM flights GROUP BY 1

WITH busy AS (SELECT origin, count(*) AS n FROM flights GROUP BY origin ORDER BY n DESC, origin LIMIT 5)
SELECT b.origin, b.n, f.destination, count(*) FROM busy b JOIN flights f ON f.origin = b.origin
WHERE f.distance < 300 GROUP BY b.origin, b.n, f.destination

SELECT origin FROM flights WHERE distance > 4000 UNION SELECT destination FROM flights WHERE distance > 4000

SELECT DISTINCT origin FROM flights EXCEPT SELECT DISTINCT destination FROM flights

SELECT origin, delay FROM flights f
WHERE f.origin IN ('ACY', 'APF', 'BGR') AND delay = (SELECT max(delay) FROM flights g WHERE g.origin = f.origin)

SELECT a.country, a.state, max(a.latitude), min(a.longitude), avg(a.latitude), count(*) FROM airports a GROUP BY a.country, a.state

-- in order
SELECT upper(substring(name, 1, 5)) AS start, length(city) AS letters, iata FROM airports
WHERE latitude > 60 AND city IS NOT NULL ORDER BY start, letters, iata LIMIT 200

SELECT coalesce(state, 'none'), count(*) FROM airports GROUP BY ROLLUP (coalesce(state, 'none'))

SELECT sum(n), count(*) FROM (SELECT origin, destination, count(*) AS n FROM flights GROUP BY origin, destination) routes

-- in order
SELECT o.origin, o.n, d.n FROM (SELECT origin, count(*) AS n FROM flights GROUP BY origin) o
FULL JOIN (SELECT destination, count(*) AS n FROM flights GROUP BY destination) d ON o.origin = d.destination
WHERE o.n > 5000 OR o.n IS NULL OR d.n IS NULL ORDER BY o.origin
