-- Listed names that a customer's name is close to. `state` as in the contract's HitState: 1 open, 2 true match, 3 false positive, 4 inconclusive.
CREATE TABLE qualification.screening_hit (
    tenant_id text COLLATE "C" NOT NULL,
    screening_hit_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    state smallint NOT NULL,
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, screening_hit_id)
);
ALTER TABLE qualification.screening_hit ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX screening_hit_customer ON qualification.screening_hit (tenant_id, customer_id, state);
