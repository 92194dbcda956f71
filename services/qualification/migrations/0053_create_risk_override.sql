-- What people say the risk is. `state` as in the contract's RiskOverride.State: 1 proposed, 2 active, 3 expired, 4 ended; `content` is the encoded
-- RiskOverride. A customer has one that waits and one in force at most.
CREATE TABLE qualification.risk_override (
    tenant_id text COLLATE "C" NOT NULL,
    risk_override_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
    expire_time timestamptz NOT NULL,
    create_time timestamptz NOT NULL,
    version bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, risk_override_id)
);
CREATE UNIQUE INDEX risk_override_open ON qualification.risk_override (tenant_id, customer_id, state) WHERE state IN (1, 2);
CREATE INDEX risk_override_expire_time ON qualification.risk_override (expire_time) WHERE state = 2;
