-- Most events only look at something (1), and most walks are over the others.
-- The record stands beside the body, so that it is read only as bytes; events
-- of the first schema keep theirs in the body, and are told from no others.

-- +goose Up
ALTER TABLE events ADD COLUMN looks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN record BYTEA;
CREATE INDEX events_acts ON events (at, account, id) WHERE looks = 0;

-- Whoever asks for an action asks for acts; reads are found by their time.
DROP INDEX events_by_action;
CREATE INDEX events_by_action ON events (action, at, account, id) WHERE looks = 0;
