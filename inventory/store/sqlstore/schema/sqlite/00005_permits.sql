-- What a principal may do, as a cell told it. Readings that say the same are one row:
-- first_at is the first instant, later_at holds those after it. The id and the cell
-- stand in the body.

-- +goose Up
CREATE TABLE permits (
    cell BLOB NOT NULL,
    id BLOB NOT NULL,
    digest BLOB NOT NULL,
    first_at TEXT NOT NULL,
    later_at BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (cell, id, digest)
) WITHOUT ROWID;
