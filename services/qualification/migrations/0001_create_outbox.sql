-- Events of this schema, written in the transaction of the change they tell of. The sequencer stamps `position` on committed rows.
CREATE TABLE qualification.outbox (
    tenant_id text COLLATE "C" NOT NULL,
    outbox_id bigint GENERATED ALWAYS AS IDENTITY,
    position bigint,
    event_id uuid NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    event_time timestamptz NOT NULL,
    actor text NOT NULL,
    request_id text NOT NULL,
    traceparent text NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (tenant_id, outbox_id)
);
CREATE INDEX outbox_unnumbered ON qualification.outbox (outbox_id) WHERE position IS NULL;
CREATE UNIQUE INDEX outbox_position ON qualification.outbox (position) WHERE position IS NOT NULL;

-- What the feed holds: events after earliest_position, up to latest_position. One row.
CREATE TABLE qualification.feed_bounds (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    earliest_position bigint NOT NULL,
    latest_position bigint NOT NULL
);
INSERT INTO qualification.feed_bounds (earliest_position, latest_position) VALUES (0, 0);
