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
    no INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    identity BYTEA NOT NULL,
    asset BYTEA NOT NULL
);

CREATE TABLE usage_calls (
    no INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    service BYTEA NOT NULL,
    name BYTEA NOT NULL,
    outcome BYTEA NOT NULL,
    overflow INTEGER NOT NULL
);

-- Where it was counted: a part of a log, and the scope.
CREATE TABLE usage_parts (
    no INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    part BYTEA NOT NULL,
    provider BYTEA NOT NULL,
    account BYTEA NOT NULL,
    region BYTEA NOT NULL
);
CREATE INDEX usage_parts_part ON usage_parts USING HASH (part); -- of any length

-- Times are microseconds since 1970.
CREATE TABLE usages (
    identity_no INTEGER NOT NULL,
    part_no INTEGER NOT NULL,
    call_no INTEGER NOT NULL,
    calls BIGINT NOT NULL,
    outside BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (identity_no, part_no, call_no)
);
CREATE INDEX usages_part ON usages (part_no);
