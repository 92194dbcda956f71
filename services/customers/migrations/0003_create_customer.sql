-- Customers: organisations (kind 1) and persons (kind 2). Ids are UUIDv7, so the primary key is also the order of creation.
CREATE TABLE customers.customer (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    external_id text COLLATE "C",
    kind smallint NOT NULL CHECK (kind IN (1, 2)),
    display_name text COLLATE "C" NOT NULL,
    legal_name text COLLATE "C",
    trade_name text COLLATE "C",
    website text COLLATE "C",
    industry_code text COLLATE "C",
    given_name text COLLATE "C",
    family_name text COLLATE "C",
    email text COLLATE "C",
    phone text COLLATE "C",
    country_code text COLLATE "C",
    attributes jsonb NOT NULL DEFAULT '{}',
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    delete_time timestamptz,
    purge_time timestamptz,
    PRIMARY KEY (tenant_id, customer_id),
    CONSTRAINT customer_external_id_taken UNIQUE (tenant_id, external_id),
    CONSTRAINT customer_is_of_its_kind CHECK (
        CASE kind
            WHEN 1 THEN legal_name IS NOT NULL AND given_name IS NULL AND family_name IS NULL
            ELSE num_nonnulls(given_name, family_name) > 0 AND num_nonnulls(legal_name, trade_name, website, industry_code) = 0
        END
    ),
    CONSTRAINT customer_is_deleted_whole CHECK ((delete_time IS NULL) = (purge_time IS NULL))
);
