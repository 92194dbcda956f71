-- Plans are made for any tenant (see clientele_pg::pool) and expect what tenants have on average. While each of a few rows belongs to
-- another tenant, ANALYZE takes the tenant for a key, and plans would expect one row of each. So many tenants are assumed instead.
ALTER TABLE value.buyer ALTER COLUMN tenant_id SET (n_distinct = 100);
ALTER TABLE value.transaction ALTER COLUMN tenant_id SET (n_distinct = 100);
