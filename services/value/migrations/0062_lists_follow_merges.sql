-- Lists follow merges: the survivor is on the lists that it or a customer merged into it is on by itself. `by_itself` is false where a survivor
-- is on a list only by those merged into it. (Of rules and clusters it says nothing.)
ALTER TABLE value.segment_member ADD COLUMN by_itself boolean NOT NULL DEFAULT true;

-- The lists of buyers that are merged, which they come back to when the merge is undone: their rows of `segment_member` as they were, and what
-- people put on lists by their keys since.
CREATE TABLE value.segment_member_merged (
    tenant_id text COLLATE "C" NOT NULL,
    segment_id uuid NOT NULL,
    buyer_id bigint NOT NULL,
    join_time timestamptz NOT NULL,
    by_itself boolean NOT NULL,
    PRIMARY KEY (tenant_id, segment_id, buyer_id)
);
ALTER TABLE value.segment_member_merged ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX segment_member_merged_of_buyer ON value.segment_member_merged (tenant_id, buyer_id);

-- Customers join and leave lists also because they were merged (5), or are no longer (6).
ALTER TABLE value.segment_move DROP CONSTRAINT segment_move_cause_check;
ALTER TABLE value.segment_move ADD CONSTRAINT segment_move_cause_check CHECK (cause BETWEEN 1 AND 6);
