\connect -
;;
-- of its own: the version, and types of the catalog
SELECT version();

SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid
FROM (
    -- Arrays have typtype=b - this subquery identifies them by their typreceive and converts their typtype to a
    -- We first do this for the type (innerest-most subquery), and then for its element type
    -- This also returns the array element, range subtype and domain base type as elemtypoid
    SELECT
        typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind,
        elemtyp.oid AS elemtypoid, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind,
        CASE WHEN elemproc.proname='array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype
        , typ.typcategory
    FROM (
        SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid,
            CASE WHEN proc.proname='array_recv' THEN 'a' ELSE typ.typtype END AS typtype,
            CASE
                WHEN proc.proname='array_recv' THEN typ.typelem
                WHEN typ.typtype='r' THEN rngsubtype
                WHEN typ.typtype='m' THEN (SELECT rngtypid FROM pg_range WHERE rngmultitypid = typ.oid)
                WHEN typ.typtype='d' THEN typ.typbasetype
            END AS elemtypoid
            , typ.typcategory
        FROM pg_type AS typ
        LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid)
        LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive
        LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid)
    ) AS typ
    LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemtypoid
    LEFT JOIN pg_class AS elemcls ON (elemcls.oid = elemtyp.typrelid)
    LEFT JOIN pg_proc AS elemproc ON elemproc.oid = elemtyp.typreceive
) AS t
JOIN pg_namespace AS ns ON (ns.oid = typnamespace)
WHERE

    (typtype IN ('b', 'r', 'm', 'e', 'd') OR -- Base, range, multirange, enum, domain
    (typtype = 'c' AND relkind='c') OR -- User-defined free-standing composites (not table composites) by default
    (typtype = 'p' AND typname IN ('record', 'void', 'unknown')) OR -- Some special supported pseudo-types
    (typtype = 'a' AND (  -- Array of...
        elemtyptype IN ('b', 'r', 'm', 'e', 'd') OR -- Array of base, range, multirange, enum, domain
        (elemtyptype = 'p' AND elemtypname IN ('record', 'void')) OR -- Arrays of special supported pseudo-types
        (elemtyptype = 'c' AND elemrelkind='c') -- Array of user-defined free-standing composites (not table composites) by default
    )))
ORDER BY CASE
       WHEN typtype IN ('b', 'e', 'p') THEN 0           -- First base types, enums, pseudo-types
       WHEN typtype = 'c' THEN 1                        -- Composites after (fields loaded later in 2nd pass)
       WHEN typtype = 'r' THEN 2                        -- Ranges after
       WHEN typtype = 'm' THEN 3                        -- Multiranges after
       WHEN typtype = 'd' AND elemtyptype <> 'a' THEN 4 -- Domains over non-arrays after
       WHEN typtype = 'a' THEN 5                        -- Arrays after
       WHEN typtype = 'd' AND elemtyptype = 'a' THEN 6  -- Domains over arrays last
END;

-- Load field definitions for (free-standing) composite types
SELECT typ.oid, att.attname, att.atttypid
FROM pg_type AS typ
JOIN pg_namespace AS ns ON (ns.oid = typ.typnamespace)
JOIN pg_class AS cls ON (cls.oid = typ.typrelid)
JOIN pg_attribute AS att ON (att.attrelid = typ.typrelid)
WHERE
  (typ.typtype = 'c' AND cls.relkind='c') AND

  attnum > 0 AND     -- Don't load system attributes
  NOT attisdropped
ORDER BY typ.oid, att.attnum;

-- Load enum fields
SELECT typ.oid, enumlabel
FROM pg_enum
JOIN pg_type AS typ ON typ.oid = enumtypid
JOIN pg_namespace AS ns ON ns.oid = typ.typnamespace

ORDER BY oid, enumsortorder
;;
CREATE TABLE authors (id integer PRIMARY KEY, name varchar NOT NULL, born date)
;;
DISCARD ALL
;;
CREATE TABLE books (id integer PRIMARY KEY, author_id integer NOT NULL, title varchar NOT NULL,
    price numeric(10, 2) NOT NULL, sold timestamp, is_new boolean NOT NULL, rating double precision)
;;
DISCARD ALL
;;
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED
;;
INSERT INTO authors (id, born, name)
VALUES ('1', '1815-12-10', 'Ada')
;;
INSERT INTO authors (id, born, name)
VALUES ('2', NULL, 'Bob')
;;
INSERT INTO books (id, author_id, is_new, price, rating, sold, title)
VALUES ('1', '2', 'f', '9.5', '0.75', '2026-01-01 00:00:00', 'Volume 1')
;;
INSERT INTO books (id, author_id, is_new, price, rating, sold, title)
VALUES ('2', '1', 'f', '19.0', '1.5', NULL, 'Volume 2')
;;
INSERT INTO books (id, author_id, is_new, price, rating, sold, title)
VALUES ('3', '2', 'f', '28.5', '2.25', '2026-01-03 00:00:00', 'Volume 3')
;;
INSERT INTO books (id, author_id, is_new, price, rating, sold, title)
VALUES ('4', '1', 't', '38.0', NULL, '2026-01-04 00:00:00', 'Volume 4')
;;
INSERT INTO books (id, author_id, is_new, price, rating, sold, title)
VALUES ('5', '2', 't', '47.5', '3.75', '2026-01-05 00:00:00', 'Volume 5')
;;
COMMIT
;;
DISCARD ALL
;;
SELECT b.id, b.author_id, b.is_new, b.price, b.rating, b.sold, b.title
FROM books AS b
WHERE b.id = 2
LIMIT 2
;;
DISCARD ALL
;;
SELECT b.id, b.author_id, b.is_new, b.price, b.rating, b.sold, b.title
FROM books AS b
WHERE b.id = 5
LIMIT 2
;;
DISCARD ALL
;;
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED
;;
DELETE FROM books
WHERE id = '5'
;;
UPDATE books SET price = '1'
WHERE id = '2'
;;
COMMIT
;;
DISCARD ALL
;;
SELECT b.title
FROM books AS b
WHERE b.title LIKE '%olum%' AND b.id = ANY ('{1,2,4}')
ORDER BY b.id
;;
DISCARD ALL
;;
SELECT b.id AS "Id", b.sold AS "Sold", b.rating AS "Rating"
FROM books AS b
WHERE b.sold > '2026-01-02 00:00:00' OR b.rating IS NULL
ORDER BY b.id
;;
DISCARD ALL
;;
SELECT a.name AS "Name", b.title AS "Title"
FROM books AS b
INNER JOIN authors AS a ON b.author_id = a.id
ORDER BY b.title
;;
DISCARD ALL
;;
SELECT b.author_id AS "Key", count(*)::int AS "Count", COALESCE(sum(b.price), 0.0) AS "Sum", max(b.rating) AS "Best"
FROM books AS b
GROUP BY b.author_id
ORDER BY b.author_id
;;
DISCARD ALL
;;
SELECT a.name AS "Name", (
    SELECT count(*)::int
    FROM books AS b
    WHERE b.author_id = a.id) AS "Books", (
    SELECT b0.title
    FROM books AS b0
    WHERE b0.author_id = a.id
    ORDER BY b0.id
    LIMIT 1) AS "First"
FROM authors AS a
ORDER BY a.id
;;
DISCARD ALL
;;
SELECT b.id
FROM books AS b
ORDER BY b.price DESC, b.id
LIMIT '2' OFFSET '1'
;;
DISCARD ALL
;;
SELECT b0.is_new
FROM (
    SELECT DISTINCT b.is_new
    FROM books AS b
) AS b0
ORDER BY b0.is_new
;;
DISCARD ALL
;;
SELECT upper(a.name)
FROM authors AS a
WHERE date_part('year', a.born)::int = 1815
;;
DISCARD ALL
;;
SELECT EXISTS (
    SELECT 1
    FROM books AS b
    WHERE b.price > 1000.0)
;;
DISCARD ALL
;;
SELECT avg(b.id::double precision)
FROM books AS b
;;
DISCARD ALL
;;
UPDATE books AS b
SET price = b.price + 1.0
WHERE b.is_new
;;
DISCARD ALL
;;
DELETE FROM books AS b
WHERE b.id = 1
;;
DISCARD ALL
;;
BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED
;;
SAVEPOINT "__EFSavePoint"
;;
INSERT INTO authors (id, born, name)
VALUES ('3', NULL, 'Cleo')
;;
RELEASE SAVEPOINT "__EFSavePoint"
;;
ROLLBACK
;;
DISCARD ALL
;;
SELECT count(*)::int
FROM authors AS a
;;
DISCARD ALL
;;
INSERT INTO authors (id, born, name)
VALUES ('1', NULL, 'again')
;;
