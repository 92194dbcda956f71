-- Merges. `record` is an encoded clientele.customers.v1.CustomerMerge, with the customers as they were before.
CREATE TABLE customers.customer_merge (
    tenant_id text COLLATE "C" NOT NULL,
    customer_merge_id uuid NOT NULL,
    create_time timestamptz NOT NULL,
    record bytea NOT NULL,
    PRIMARY KEY (tenant_id, customer_merge_id)
);
ALTER TABLE customers.customer_merge ALTER COLUMN tenant_id SET (n_distinct = 100);

-- Who took part in a merge, the survivor too.
CREATE TABLE customers.customer_merge_member (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    customer_merge_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, customer_merge_id)
);
ALTER TABLE customers.customer_merge_member ALTER COLUMN tenant_id SET (n_distinct = 100);
