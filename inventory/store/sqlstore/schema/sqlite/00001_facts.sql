-- Times are fixed-width text (RFC 3339, nine decimals, UTC), so that they sort
-- as bytes. What comes from outside (ids, names) is kept as bytes: it may hold
-- anything.

-- +goose Up
CREATE TABLE runs (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    now_at TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT NOT NULL,
    holder TEXT NOT NULL,
    version TEXT NOT NULL,
    exit_code INTEGER NOT NULL
);

CREATE TABLE assets (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    created TEXT
);

-- What facts say of an asset that has no time of its own: kind, scope, name,
-- aliases; with the earliest instant of a fact that says so.
CREATE TABLE asset_descriptions (
    asset_no INTEGER NOT NULL REFERENCES assets (no),
    digest BLOB NOT NULL,
    first_at TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (asset_no, digest)
);

-- Stretches of observations that say the same. A series is value/FACET,
-- doubt/FACET, cell/DIGEST, modified or deleted; later_at holds the instants
-- after the first.
CREATE TABLE observations (
    asset_no INTEGER NOT NULL REFERENCES assets (no),
    series TEXT NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    later_at BLOB NOT NULL,
    state TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (asset_no, series, first_at)
);

CREATE TABLE coverage (
    cell BLOB NOT NULL,
    read_at TEXT NOT NULL,
    digest BLOB NOT NULL,
    state TEXT NOT NULL,
    run TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (cell, read_at, digest)
);

CREATE TABLE events (
    account BLOB NOT NULL,
    id BLOB NOT NULL,
    at TEXT NOT NULL,
    action BLOB NOT NULL,
    principal BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX events_by_time ON events (at, account, id);
CREATE INDEX events_by_action ON events (action, at, account, id);
CREATE INDEX events_by_principal ON events (principal, at, account, id);

CREATE TABLE event_assets (
    asset BLOB NOT NULL,
    at TEXT NOT NULL,
    account BLOB NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (asset, at, account, id)
) WITHOUT ROWID;

CREATE TABLE usages (
    digest BLOB PRIMARY KEY NOT NULL,
    identity BLOB NOT NULL,
    asset BLOB NOT NULL,
    part BLOB NOT NULL,
    body BLOB NOT NULL
);
