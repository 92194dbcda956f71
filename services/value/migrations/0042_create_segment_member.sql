-- Who is in a segment, since when.
CREATE TABLE value.segment_member (
    tenant_id text COLLATE "C" NOT NULL,
    segment_id uuid NOT NULL,
    buyer_id bigint NOT NULL,
    join_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, segment_id, buyer_id)
);
ALTER TABLE value.segment_member ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX segment_member_of_buyer ON value.segment_member (tenant_id, buyer_id);

-- Who joined and who left, when and why. Causes: 1 a score run, 2 the definition, 3 the customer's score or attributes, 4 people.
CREATE TABLE value.segment_move (
    tenant_id text COLLATE "C" NOT NULL,
    segment_id uuid NOT NULL,
    move_id bigint GENERATED ALWAYS AS IDENTITY,
    buyer_id bigint NOT NULL,
    score_run_id uuid,
    create_time timestamptz NOT NULL,
    cause smallint NOT NULL CHECK (cause BETWEEN 1 AND 4),
    joined boolean NOT NULL,
    actor text NOT NULL,
    PRIMARY KEY (tenant_id, segment_id, move_id)
);
ALTER TABLE value.segment_move ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX segment_move_of_buyer ON value.segment_move (tenant_id, buyer_id);

-- What is to be found again: a segment (all of its clustering), or one customer in all segments. Written where something changes, in its
-- transaction; taken away by the job in the transaction that finds the members. A segment that is gone is to be cleared away.
CREATE TABLE value.segment_review (
    tenant_id text COLLATE "C" NOT NULL,
    review_no bigint GENERATED ALWAYS AS IDENTITY,
    segment_id uuid,
    buyer_id bigint,
    cause smallint NOT NULL CHECK (cause BETWEEN 1 AND 4),
    actor text NOT NULL,
    PRIMARY KEY (tenant_id, review_no),
    CONSTRAINT review_is_of_one CHECK ((segment_id IS NULL) <> (buyer_id IS NULL))
);
ALTER TABLE value.segment_review ALTER COLUMN tenant_id SET (n_distinct = 100);
