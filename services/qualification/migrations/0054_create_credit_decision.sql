-- Credit that people give. `state` as in the contract's CreditDecision.State: 1 proposed, 2 approved, 3 rejected, 4 superseded, 5 expired; `content` is
-- the encoded CreditDecision. A customer has one in force at most.
CREATE TABLE qualification.credit_decision (
    tenant_id text COLLATE "C" NOT NULL,
    credit_decision_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 5),
    expire_time timestamptz,
    create_time timestamptz NOT NULL,
    version bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, credit_decision_id)
);
CREATE UNIQUE INDEX credit_decision_in_force ON qualification.credit_decision (tenant_id, customer_id) WHERE state = 2;
CREATE INDEX credit_decision_expire_time ON qualification.credit_decision (expire_time) WHERE state = 2 AND expire_time IS NOT NULL;
