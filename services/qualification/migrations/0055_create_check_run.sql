-- Checks that were run: `required_check` and `result` as in the contract; `content` is the encoded Check. `latest` says that no later one of the kind
-- was run of the customer.
CREATE TABLE qualification.check_run (
    tenant_id text COLLATE "C" NOT NULL,
    check_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    required_check smallint NOT NULL,
    result smallint NOT NULL CHECK (result BETWEEN 1 AND 4),
    latest boolean NOT NULL,
    create_time timestamptz NOT NULL,
    version bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (tenant_id, check_id)
);
ALTER TABLE qualification.check_run ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE UNIQUE INDEX check_run_latest ON qualification.check_run (tenant_id, customer_id, required_check) WHERE latest;

-- Identifiers of customers in their canonical form, as their checks found them.
CREATE TABLE qualification.customer_identifier (
    tenant_id text COLLATE "C" NOT NULL,
    scheme text COLLATE "C" NOT NULL,
    number text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, scheme, number, customer_id)
);
ALTER TABLE qualification.customer_identifier ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX customer_identifier_customer ON qualification.customer_identifier (tenant_id, customer_id);
