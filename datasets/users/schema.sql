-- Four users. Run in this folder: COPY reads files relative to where the console runs.
CREATE TABLE users (
    user_id   INTEGER NOT NULL,
    fname     TEXT,
    lname     TEXT,
    city      TEXT,
    country   TEXT,
    account   DECIMAL(12, 2),
    birthdate DATE
) WITH (distributed_by = hash(user_id));

COPY users FROM 'users.csv';
