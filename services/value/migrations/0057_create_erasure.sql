-- Customers to erase, and those that are erased. While it is at work, `customer_ids` and `external_ids` say what to look for; afterwards the
-- ids are left, and the numbers of the buyers, by which a run that read them before finds its scores gone. `rows_gone` once only past events
-- and recorded answers are left.
CREATE TABLE value.erasure (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    merged_customer_ids uuid[] NOT NULL,
    external_ids text[] NOT NULL,
    buyer_ids bigint[] NOT NULL DEFAULT '{}',
    transactions bigint NOT NULL DEFAULT 0,
    scores bigint NOT NULL DEFAULT 0,
    tier_moves bigint NOT NULL DEFAULT 0,
    churn_alerts bigint NOT NULL DEFAULT 0,
    rows_gone boolean NOT NULL DEFAULT false,
    create_time timestamptz NOT NULL,
    end_time timestamptz,
    PRIMARY KEY (tenant_id, customer_id)
);
CREATE INDEX erasure_open ON value.erasure (create_time) WHERE end_time IS NULL;

-- Keys of erased customers, which make no buyer any more: SHA-256 of the tenant, the kind of key and the key.
CREATE TABLE value.erased_key (
    tenant_id text COLLATE "C" NOT NULL,
    key_hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, key_hash)
);
ALTER TABLE value.erased_key ALTER COLUMN tenant_id SET (n_distinct = 100);
