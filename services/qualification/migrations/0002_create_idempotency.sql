-- Answers to calls with a request_id, so that a repeated call answers the same. The BRIN index makes the sweep cheap and costs writes
-- next to nothing.
CREATE TABLE qualification.idempotency (
    tenant_id text COLLATE "C" NOT NULL,
    method text COLLATE "C" NOT NULL,
    request_id uuid NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, method, request_id)
);
CREATE INDEX idempotency_create_time ON qualification.idempotency USING brin (create_time);
