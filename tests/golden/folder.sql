CREATE TABLE kept (id bigint PRIMARY KEY, name varchar, price decimal(10,2)) WITH (ranges = 2, order_by = (id));
INSERT INTO kept SELECT i, 'name ' || i % 7, i / 4.0 FROM range(200) r(i);
CHECKPOINT;
INSERT INTO kept VALUES (5000, 'in the journal', 0.25);
DELETE FROM kept WHERE id % 10 = 3;
CREATE VIEW v AS SELECT count(*) AS n, sum(id) AS ids FROM kept;
