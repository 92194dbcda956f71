-- What the qualification service told last of each customer: it goes into the signals of the customer's buyer, also after a merge or its undoing.
CREATE TABLE value.customer_qualification (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    qualified boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);
ALTER TABLE value.customer_qualification ALTER COLUMN tenant_id SET (n_distinct = 100);
INSERT INTO value.projection_cursor (source, position) VALUES ('qualification', 0);

-- A customer moves also because we may no longer do business with it, or may again.
ALTER TABLE value.tier_move DROP CONSTRAINT tier_move_cause_check;
ALTER TABLE value.tier_move ADD CONSTRAINT tier_move_cause_check CHECK (cause IN (1, 2, 3, 4));
