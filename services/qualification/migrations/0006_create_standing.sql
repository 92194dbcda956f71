-- Where each customer stood when that was last written down: what QualificationChanged told. Derived, in the transaction of each change, from the
-- tables of cases, documents, hits and risk. `restate_time` is the next instant at which it changes by itself.
CREATE TABLE qualification.standing (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    qualified boolean NOT NULL,
    state smallint NOT NULL,
    scope text[] NOT NULL,
    conditions text[] NOT NULL,
    reasons smallint[] NOT NULL,
    risk_level smallint NOT NULL,
    case_id uuid,
    valid_until_time timestamptz,
    restate_time timestamptz,
    version bigint NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);
ALTER TABLE qualification.standing ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX standing_restate_time ON qualification.standing (restate_time) WHERE restate_time IS NOT NULL;
