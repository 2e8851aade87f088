-- Times are fixed-width text (RFC 3339, nine decimals, UTC), so that they sort
-- as bytes. What comes from outside (ids, names) is kept as bytes: it may hold
-- anything.

-- +goose Up
CREATE TABLE runs (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    now_at TEXT COLLATE "C" NOT NULL,
    started TEXT COLLATE "C" NOT NULL,
    finished TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    exit_code BIGINT NOT NULL
);

CREATE TABLE assets (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    created TEXT COLLATE "C"
);

-- What facts say of an asset that has no time of its own: kind, scope, name,
-- aliases; with the earliest instant of a fact that says so.
CREATE TABLE asset_descriptions (
    asset_no BIGINT NOT NULL REFERENCES assets (no),
    digest BYTEA NOT NULL,
    first_at TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (asset_no, digest)
);

-- Stretches of observations that say the same. A series is value/FACET,
-- doubt/FACET, cell/DIGEST, modified or deleted; later_at holds the instants
-- after the first.
CREATE TABLE observations (
    asset_no BIGINT NOT NULL REFERENCES assets (no),
    series TEXT COLLATE "C" NOT NULL,
    first_at TEXT COLLATE "C" NOT NULL,
    last_at TEXT COLLATE "C" NOT NULL,
    later_at BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (asset_no, series, first_at)
);

CREATE TABLE coverage (
    cell BYTEA NOT NULL,
    read_at TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    run TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (cell, read_at, digest)
);

CREATE TABLE events (
    account BYTEA NOT NULL,
    id BYTEA NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    action BYTEA NOT NULL,
    principal BYTEA NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX events_by_time ON events (at, account, id);
CREATE INDEX events_by_action ON events (action, at, account, id);
CREATE INDEX events_by_principal ON events (principal, at, account, id);

CREATE TABLE event_assets (
    asset BYTEA NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    account BYTEA NOT NULL,
    id BYTEA NOT NULL,
    PRIMARY KEY (asset, at, account, id)
);

CREATE TABLE usages (
    digest BYTEA PRIMARY KEY NOT NULL,
    identity BYTEA NOT NULL,
    asset BYTEA NOT NULL,
    part BYTEA NOT NULL,
    body BYTEA NOT NULL
);

-- Who holds the store, for those who wait; the lock itself is an advisory lock.
CREATE TABLE holder (
    one BIGINT PRIMARY KEY,
    text TEXT NOT NULL
);
