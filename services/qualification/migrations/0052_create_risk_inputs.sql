-- What is known of customers' risk: the encoded RiskInputs.
CREATE TABLE qualification.risk_inputs (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    version bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);
ALTER TABLE qualification.risk_inputs ALTER COLUMN tenant_id SET (n_distinct = 100);
