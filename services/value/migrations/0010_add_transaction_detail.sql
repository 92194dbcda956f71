-- Lines of transactions. They stand and fall with their transaction; nothing is looked up by product alone.
CREATE TABLE value.transaction_item (
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    -- Millionths; NULL where it is not known.
    quantity_micros bigint CHECK (quantity_micros >= 0),
    line smallint NOT NULL CHECK (line BETWEEN 1 AND 1000),
    tenant_id text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    product_external_id text COLLATE "C" NOT NULL,
    product_name text COLLATE "C" NOT NULL,
    category text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, external_id, line)
);
ALTER TABLE value.transaction_item ALTER COLUMN tenant_id SET (n_distinct = 100);

-- What only some transactions have, NULL in all others: NULLs make no row longer, a score run reads none of these columns, and without
-- constraints no row of a large table is visited now.
ALTER TABLE value.transaction
    ADD COLUMN item_count smallint,
    -- Cost of goods (1) or acquisition (3). NULL: the cost to serve, or no cost at all.
    ADD COLUMN cost_kind smallint,
    ADD COLUMN company text COLLATE "C",
    ADD COLUMN department text COLLATE "C",
    ADD COLUMN employee text COLLATE "C";
