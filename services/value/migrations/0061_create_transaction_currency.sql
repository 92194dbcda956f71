-- The currencies in which a tenant ever recorded anything, written with every transaction. A score run of a tenant that has used no other one than
-- the run's need not compare that of each row.
CREATE TABLE value.transaction_currency (
    tenant_id text COLLATE "C" NOT NULL,
    currency_code text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, currency_code)
);
INSERT INTO value.transaction_currency (tenant_id, currency_code) SELECT DISTINCT tenant_id, currency_code FROM value.transaction;
