-- What is left of customers that were erased: the id, and a fingerprint of the external id (SHA-256 of tenant, line feed and key), so that an
-- import does not bring them back. `scrub_time` is NULL until past events and recorded answers have lost what they told of them; until then
-- `external_id` says what to look for.
CREATE TABLE customers.erased_customer (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    erased_with uuid NOT NULL,
    external_id text COLLATE "C",
    external_id_hash bytea,
    actor text NOT NULL,
    erase_time timestamptz NOT NULL,
    scrub_time timestamptz,
    PRIMARY KEY (tenant_id, customer_id)
);
ALTER TABLE customers.erased_customer ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX erased_customer_external_id ON customers.erased_customer (tenant_id, external_id_hash) WHERE external_id_hash IS NOT NULL;
CREATE INDEX erased_customer_to_scrub ON customers.erased_customer (tenant_id, customer_id) WHERE scrub_time IS NULL;
