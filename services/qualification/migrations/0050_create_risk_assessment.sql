-- How risky each customer is, as assessed last. `level` as in the contract's RiskLevel; `content` is the encoded RiskAssessment, which also stands,
-- with those before it, in risk_assessment_history.
CREATE TABLE qualification.risk_assessment (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 4),
    version bigint NOT NULL,
    update_time timestamptz NOT NULL,
    content bytea NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, customer_id)
);
ALTER TABLE qualification.risk_assessment ALTER COLUMN tenant_id SET (n_distinct = 100);

CREATE TABLE qualification.risk_assessment_history (
    tenant_id text COLLATE "C" NOT NULL,
    risk_assessment_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    level smallint NOT NULL,
    score integer NOT NULL,
    scorecard_version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, risk_assessment_id)
);
ALTER TABLE qualification.risk_assessment_history ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX risk_assessment_history_customer ON qualification.risk_assessment_history (tenant_id, customer_id, risk_assessment_id);
