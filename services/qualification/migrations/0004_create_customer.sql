-- What the customers service tells of customers: their names and where they are, for checks and screening. survivor_customer_id names the
-- customer that one was merged into.
CREATE TABLE qualification.customer (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    external_id text COLLATE "C",
    kind smallint NOT NULL CHECK (kind IN (1, 2)),
    display_name text COLLATE "C" NOT NULL,
    legal_name text COLLATE "C",
    given_name text COLLATE "C",
    family_name text COLLATE "C",
    country_code text COLLATE "C",
    survivor_customer_id uuid,
    deleted boolean NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);
ALTER TABLE qualification.customer ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX customer_external_id ON qualification.customer (tenant_id, external_id) WHERE external_id IS NOT NULL;
