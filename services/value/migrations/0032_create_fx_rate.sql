-- Exchange rates as they are now: `rate` units of the quote currency for one unit of the base currency. The id is the pair and the day, so
-- that the key is in that order. `version` is that of the batch which stored the rate.
CREATE TABLE value.fx_rate (
    version bigint NOT NULL,
    update_time timestamptz NOT NULL,
    rate_date date NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    fx_rate_id text COLLATE "C" NOT NULL,
    base_currency_code text COLLATE "C" NOT NULL,
    quote_currency_code text COLLATE "C" NOT NULL,
    rate numeric NOT NULL CHECK (rate > 0),
    PRIMARY KEY (tenant_id, fx_rate_id)
);
ALTER TABLE value.fx_rate ALTER COLUMN tenant_id SET (n_distinct = 100);

-- What rates were before they were replaced: true from `version` to before `until_version`.
CREATE TABLE value.fx_rate_revision (
    version bigint NOT NULL,
    until_version bigint NOT NULL,
    rate_date date NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    fx_rate_id text COLLATE "C" NOT NULL,
    base_currency_code text COLLATE "C" NOT NULL,
    quote_currency_code text COLLATE "C" NOT NULL,
    rate numeric NOT NULL,
    PRIMARY KEY (tenant_id, fx_rate_id, version)
);
ALTER TABLE value.fx_rate_revision ALTER COLUMN tenant_id SET (n_distinct = 100);

-- The version of a tenant's rates. Whoever stores rates raises it first and thereby holds the row: batches of a tenant come one after the
-- other, and a score run that read this version can be given the same rates again. Tenants without a row stand at 0.
CREATE TABLE value.fx_book (
    tenant_id text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL
);
