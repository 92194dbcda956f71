-- Scores of the newest run follow recorded transactions: a rescored row is true for a day of its own (NULL: the run's) and says when it
-- was rescored; `candidate_tier` is the tier its numbers would enter with the next run.
ALTER TABLE value.score
    ADD COLUMN as_of_date date,
    ADD COLUMN update_time timestamptz,
    ADD COLUMN candidate_tier smallint;

-- What a score was until it was rescored: an image of the row, NULL where there was none.
CREATE TABLE value.score_revision (
    tenant_id text COLLATE "C" NOT NULL,
    score_set bigint NOT NULL,
    buyer_id bigint NOT NULL,
    valid_until timestamptz NOT NULL,
    score jsonb,
    PRIMARY KEY (tenant_id, score_set, buyer_id, valid_until)
);
ALTER TABLE value.score_revision ALTER COLUMN tenant_id SET (n_distinct = 100);

-- Tenants whose newest run did not see what was recorded after this position of the feed: it is gone through again.
CREATE TABLE value.rescore_replay (
    tenant_id text COLLATE "C" PRIMARY KEY,
    after_position bigint NOT NULL
);

INSERT INTO value.projection_cursor (source, position) SELECT 'rescoring', latest_position FROM value.feed_bounds;
