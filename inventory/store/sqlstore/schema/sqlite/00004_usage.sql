-- Use is counted for every assumed role of every log: tens of thousands of rows
-- a day. What repeats is kept once and numbered, and a row is numbers alone.
-- What the table before held is dropped: no version filled it.
--
-- Rows come by parts, one after the other, and are asked for by identities. So
-- the key begins with the identity, and what is new of it joins at its end. A part
-- that is read again replaces its rows: the indexes find them.

-- +goose Up
DROP TABLE usages;

-- Who acted: an identity, and the asset that acted with it.
CREATE TABLE usage_identities (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    identity BLOB NOT NULL,
    asset BLOB NOT NULL
);

CREATE TABLE usage_calls (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    service BLOB NOT NULL,
    name BLOB NOT NULL,
    outcome BLOB NOT NULL,
    overflow INTEGER NOT NULL
);

-- Where it was counted: a part of a log, and the scope.
CREATE TABLE usage_parts (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    part BLOB NOT NULL,
    provider BLOB NOT NULL,
    account BLOB NOT NULL,
    region BLOB NOT NULL
);
CREATE INDEX usage_parts_part ON usage_parts (part);

-- Times are microseconds since 1970.
CREATE TABLE usages (
    identity_no INTEGER NOT NULL,
    part_no INTEGER NOT NULL,
    call_no INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    outside INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (identity_no, part_no, call_no)
) WITHOUT ROWID;
CREATE INDEX usages_part ON usages (part_no);
