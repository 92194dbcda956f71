-- What the customers service tells of customers that rules and reports ask for. Known by the customer's id, so that nothing changes here when
-- buyers turn out to be one. Kinds: 1 organisation, 2 person; NULL where neither was told.
CREATE TABLE value.customer_profile (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    kind smallint CHECK (kind IN (1, 2)),
    country_code text COLLATE "C",
    industry_code text COLLATE "C",
    attributes jsonb NOT NULL DEFAULT '{}',
    create_time timestamptz,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, customer_id)
);
ALTER TABLE value.customer_profile ALTER COLUMN tenant_id SET (n_distinct = 100);

-- A cursor of its own: whoever has followed the feed before has the profiles built from its beginning.
INSERT INTO value.projection_cursor (source, position) VALUES ('customer-profiles', 0);
