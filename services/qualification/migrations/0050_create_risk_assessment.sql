-- How risky each customer is, as assessed last. `level` as in the contract's RiskLevel.
CREATE TABLE qualification.risk_assessment (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 4),
    version bigint NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);
ALTER TABLE qualification.risk_assessment ALTER COLUMN tenant_id SET (n_distinct = 100);
