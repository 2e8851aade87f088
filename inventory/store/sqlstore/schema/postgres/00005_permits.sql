-- What a principal may do, as a cell told it. Readings that say the same are one row:
-- first_at is the first instant, later_at holds those after it. The id and the cell
-- stand in the body.

-- +goose Up
CREATE TABLE permits (
    cell BYTEA NOT NULL,
    id BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    first_at TEXT NOT NULL,
    later_at BYTEA NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (cell, id, digest)
);
