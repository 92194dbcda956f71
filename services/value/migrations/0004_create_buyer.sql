-- Who transactions belong to. A buyer is known by the caller's key, by the id of the customers service, or by both once the customer
-- has appeared: attaching a customer changes this one row and none of the transactions.
CREATE TABLE value.buyer (
    tenant_id text COLLATE "C" NOT NULL,
    buyer_id bigint GENERATED ALWAYS AS IDENTITY,
    customer_id uuid,
    external_id text COLLATE "C",
    PRIMARY KEY (tenant_id, buyer_id),
    CONSTRAINT buyer_customer_id_taken UNIQUE (tenant_id, customer_id),
    CONSTRAINT buyer_external_id_taken UNIQUE (tenant_id, external_id),
    CONSTRAINT buyer_is_known CHECK (customer_id IS NOT NULL OR external_id IS NOT NULL)
);

-- Rises whenever a key comes to mean another buyer (two buyers turn out to be one customer, a customer's external id changes), so that
-- what a replica remembers of keys is known to be out of date. Tenants without a row stand at 0.
CREATE TABLE value.buyer_epoch (
    tenant_id text COLLATE "C" PRIMARY KEY,
    epoch bigint NOT NULL
);
