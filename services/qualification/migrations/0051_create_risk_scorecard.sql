-- Versions of the scorecard, from 1; version 0 is built in. `content` is the encoded RiskScorecard.
CREATE TABLE qualification.risk_scorecard (
    tenant_id text COLLATE "C" NOT NULL,
    risk_scorecard_id uuid NOT NULL,
    version bigint NOT NULL,
    actor text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, risk_scorecard_id),
    CONSTRAINT risk_scorecard_version UNIQUE (tenant_id, version)
);

-- Tenants whose customers are being assessed anew by a new scorecard, in the order of their ids: those after `after_customer_id` are still to come.
CREATE TABLE qualification.risk_reassessment (
    tenant_id text COLLATE "C" PRIMARY KEY,
    after_customer_id uuid NOT NULL
);
