-- +goose Up
-- One row. revision counts the saves; seen is the last_seen of entries that
-- have none of their own, so that a scan without change rewrites none of them.
CREATE TABLE estray_ledger_state (
    id       INTEGER PRIMARY KEY,
    revision BIGINT  NOT NULL,
    seen     TEXT    NOT NULL
);
INSERT INTO estray_ledger_state (id, revision, seen) VALUES (1, 0, '');

CREATE TABLE estray_ledger_entries (
    id        TEXT PRIMARY KEY,
    digest    TEXT NOT NULL,
    last_seen TEXT,
    body      TEXT NOT NULL
);

CREATE TABLE estray_ledger_runs (
    seq BIGINT PRIMARY KEY,
    id  TEXT   NOT NULL UNIQUE,
    at  TEXT   NOT NULL
);

-- A mark holds for the runs from since to before until; no until: to the last.
CREATE TABLE estray_ledger_marks (
    finding  TEXT   NOT NULL,
    severity TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    until    BIGINT,
    PRIMARY KEY (finding, since)
);
