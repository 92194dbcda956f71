-- Answers to calls with a request_id, so that a repeated call answers the same.
CREATE TABLE value.idempotency (
    tenant_id text COLLATE "C" NOT NULL,
    method text COLLATE "C" NOT NULL,
    request_id uuid NOT NULL,
    fingerprint bytea NOT NULL,
    response bytea NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, method, request_id)
);
CREATE INDEX idempotency_create_time ON value.idempotency USING brin (create_time);
