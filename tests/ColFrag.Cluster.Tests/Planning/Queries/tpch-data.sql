-- A small database of the form of TPC-H, made by arithmetic: every query below finds some rows. Tables have several
-- segments, so that several workers have a part of them.
CREATE TABLE region (r_regionkey INTEGER NOT NULL, r_name VARCHAR, r_comment VARCHAR);
INSERT INTO region SELECT i, split_part('AFRICA,AMERICA,ASIA,EUROPE,MIDDLE EAST', ',', CAST(i + 1 AS INTEGER)),
  'region ' || i
FROM range(5) t(i);
CREATE TABLE nation (n_nationkey INTEGER NOT NULL, n_name VARCHAR, n_regionkey INTEGER, n_comment VARCHAR);
INSERT INTO nation SELECT i,
  split_part('ALGERIA,ARGENTINA,BRAZIL,CANADA,EGYPT,ETHIOPIA,FRANCE,GERMANY,INDIA,INDONESIA,IRAN,IRAQ,' ||
    'JAPAN,JORDAN,KENYA,MOROCCO,MOZAMBIQUE,PERU,CHINA,ROMANIA,SAUDI ARABIA,VIETNAM,RUSSIA,UNITED KINGDOM,' ||
    'UNITED STATES', ',', CAST(i + 1 AS INTEGER)),
  CAST(split_part('0,1,1,1,4,0,3,3,2,2,4,4,2,4,0,0,0,1,2,3,4,2,3,3,1', ',', CAST(i + 1 AS INTEGER)) AS INTEGER),
  'nation ' || i
FROM range(25) t(i);
CREATE TABLE supplier (s_suppkey INTEGER NOT NULL, s_name VARCHAR, s_address VARCHAR, s_nationkey INTEGER,
  s_phone VARCHAR, s_acctbal DECIMAL(15, 2), s_comment VARCHAR) WITH (ranges = 3);
INSERT INTO supplier SELECT i + 1, 'Supplier#' || i, 'address ' || i, (i * 7 + i // 50) % 25,
  (10 + (i * 7 + i // 50) % 25) || '-555-' || i,
  ((i * 7919) % 1100000 - 100000) / 100.0,
  CASE WHEN i % 40 = 3 THEN 'slow Customer many Complaints' ELSE 'carefully ' || i END
FROM range(200) t(i);
CREATE TABLE part (p_partkey INTEGER NOT NULL, p_name VARCHAR, p_mfgr VARCHAR, p_brand VARCHAR, p_type VARCHAR,
  p_size INTEGER, p_container VARCHAR, p_retailprice DECIMAL(15, 2), p_comment VARCHAR)
  WITH (distributed_by = hash(p_partkey), ranges = 4);
INSERT INTO part SELECT i + 1,
  split_part('forest,green,almond,azure,blue', ',',
  CAST(1 + i % 5 AS INTEGER)) || ' ' || split_part('ivory,khaki,lace', ',', CAST(1 + i % 3 AS INTEGER)),
  'Manufacturer#' || (1 + i % 5), 'Brand#' || (1 + i % 5) || (1 + (i // 5) % 5),
  split_part('STANDARD,SMALL,MEDIUM,LARGE,ECONOMY,PROMO', ',', CAST(1 + i % 6 AS INTEGER)) || ' ' ||
  split_part('ANODIZED,BURNISHED,PLATED,POLISHED,BRUSHED', ',', CAST(1 + (i // 6) % 5 AS INTEGER)) || ' ' ||
  split_part('TIN,NICKEL,BRASS,STEEL,COPPER', ',', CAST(1 + (i // 30) % 5 AS INTEGER)),
  1 + (i * 13) % 50,
  split_part('SM,LG,MED,JUMBO,WRAP', ',', CAST(1 + (i // 3) % 5 AS INTEGER)) || ' ' ||
  split_part('CASE,BOX,BAG,JAR,PKG,PACK,CAN,DRUM', ',', CAST(1 + (i // 10) % 8 AS INTEGER)),
  900 + (i % 1000) / 10.0, 'part ' || i
FROM range(4000) t(i);
CREATE TABLE partsupp (ps_partkey INTEGER NOT NULL, ps_suppkey INTEGER NOT NULL, ps_availqty INTEGER,
  ps_supplycost DECIMAL(15, 2), ps_comment VARCHAR) WITH (distributed_by = hash(ps_partkey), ranges = 4);
INSERT INTO partsupp SELECT 1 + i // 4, 1 + ((i // 4) + (i % 4) * 50) % 200, 1 + (i * 31) % 9999,
  1 + (i * 17 % 99900) / 100.0, 'partsupp ' || i
FROM range(16000) t(i);
CREATE TABLE customer (c_custkey INTEGER NOT NULL, c_name VARCHAR, c_address VARCHAR, c_nationkey INTEGER,
  c_phone VARCHAR, c_acctbal DECIMAL(15, 2), c_mktsegment VARCHAR, c_comment VARCHAR)
  WITH (distributed_by = hash(c_custkey), ranges = 4);
INSERT INTO customer SELECT i + 1, 'Customer#' || i, 'address ' || i, (i * 2654435761 // 4096) % 25,
  (10 + (i * 2654435761 // 4096) % 25) || '-555-' || (1000 + i), ((i * 6007) % 1100000 - 100000) / 100.0,
  split_part('AUTOMOBILE,BUILDING,FURNITURE,MACHINERY,HOUSEHOLD', ',', CAST(1 + i % 5 AS INTEGER)), 'customer ' || i
FROM range(1500) t(i);
CREATE TABLE orders (o_orderkey BIGINT NOT NULL, o_custkey INTEGER, o_orderstatus VARCHAR, o_totalprice DECIMAL(15,
  2),
  o_orderdate DATE, o_orderpriority VARCHAR, o_clerk VARCHAR, o_shippriority INTEGER, o_comment VARCHAR)
  WITH (distributed_by = hash(o_orderkey), ranges = 4);
INSERT INTO orders SELECT i + 1, 1 + 3 * (i * 2654435761 // 8192 % 500) + i % 2, split_part('O,F,P', ',',
  CAST(1 + i % 3 AS INTEGER)),
  1000 + (i * 37) % 400000, DATE '1992-01-01' + CAST((i * 17) % 2405 AS INTEGER),
  split_part('1-URGENT,2-HIGH,3-MEDIUM,4-NOT SPECIFIED,5-LOW', ',', CAST(1 + i % 5 AS INTEGER)),
  'Clerk#' || (i % 100), 0,
  CASE WHEN i % 50 = 7 THEN 'special packages requests' ELSE 'order ' || i END
FROM range(15000) t(i);
CREATE TABLE lineitem (l_orderkey BIGINT NOT NULL, l_partkey INTEGER, l_suppkey INTEGER, l_linenumber INTEGER,
  l_quantity DECIMAL(15, 2), l_extendedprice DECIMAL(15, 2), l_discount DECIMAL(15, 2), l_tax DECIMAL(15, 2),
  l_returnflag VARCHAR, l_linestatus VARCHAR, l_shipdate DATE, l_commitdate DATE, l_receiptdate DATE,
  l_shipinstruct VARCHAR, l_shipmode VARCHAR, l_comment VARCHAR)
  WITH (distributed_by = hash(l_orderkey), ranges = 4);
INSERT INTO lineitem SELECT 1 + i // 4, 1 + (i * 13) % 4000, 1 + ((i * 13) % 4000 + (i % 4) * 50) % 200, 1 + i % 4,
  CASE WHEN i // 4 % 500 = 9 THEN 100 ELSE 1 + i * 7 % 50 END, 900 + (i * 101) % 90000, (i % 11) / 100.0,
  (i % 9) / 100.0,
  split_part('A,N,R', ',', CAST(1 + i % 3 AS INTEGER)), split_part('O,F', ',', CAST(1 + i % 2 AS INTEGER)),
  DATE '1992-01-01' + CAST((i // 4 * 17) % 2405 + 1 + i % 120 AS INTEGER),
  DATE '1992-01-01' + CAST((i // 4 * 17) % 2405 + 30 + i % 60 AS INTEGER),
  DATE '1992-01-01' + CAST((i // 4 * 17) % 2405 + 5 + (i * 37) % 140 AS INTEGER),
  split_part('DELIVER IN PERSON,COLLECT COD,NONE,TAKE BACK RETURN', ',', CAST(1 + i % 4 AS INTEGER)),
  split_part('REG AIR,AIR,RAIL,SHIP,TRUCK,MAIL,FOB', ',', CAST(1 + i % 7 AS INTEGER)), 'line ' || i
FROM range(60000) t(i);
