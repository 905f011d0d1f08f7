SELECT * FROM hits WHERE URL LIKE '%google%' ORDER BY EventTime, WatchID, ClientIP, URL LIMIT 10
