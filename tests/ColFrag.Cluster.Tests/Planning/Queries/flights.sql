-- Three million flights, and the airports they are from.
SELECT count(*) FROM flights;
SELECT origin, count(*), avg(delay), max(distance) FROM flights GROUP BY origin;
SELECT origin, destination, count(*) AS c FROM flights GROUP BY ALL ORDER BY c DESC, origin, destination LIMIT 20;
SELECT date, count(*) FROM flights WHERE delay > 60 GROUP BY date ORDER BY date;
SELECT count(DISTINCT origin), count(DISTINCT destination), count(DISTINCT distance) FROM flights;
SELECT f.origin, a.city, a.state, count(*) FROM flights f JOIN airports a ON f.origin = a.iata
  GROUP BY f.origin, a.city, a.state ORDER BY 4 DESC, 1 LIMIT 15;
SELECT a.state, avg(f.delay), count(*) FROM flights f LEFT JOIN airports a ON f.destination = a.iata GROUP BY a.state;
SELECT a.iata, a.name FROM airports a WHERE NOT EXISTS (SELECT 1 FROM flights f WHERE f.origin = a.iata);
SELECT a.iata FROM airports a WHERE a.iata IN (SELECT destination FROM flights WHERE distance > 4000);
SELECT f.origin, count(*) FROM flights f JOIN flights g ON f.date = g.date AND f.origin = g.destination
  AND f.destination = g.origin WHERE f.delay > 200 AND g.delay > 200 GROUP BY f.origin;
SELECT DISTINCT origin FROM flights WHERE distance < 100;
SELECT delay, count(*) FROM flights GROUP BY delay HAVING count(*) > 10000 ORDER BY delay;
SELECT date, delay, distance, origin, destination FROM flights ORDER BY delay DESC, date, origin, destination, distance
  LIMIT 100;
SELECT origin FROM flights UNION SELECT iata FROM airports WHERE state = 'CA';
