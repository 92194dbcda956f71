-- What runs found of products (level 1) and categories (2): that one leads to the other. Kinds: 1 cross-sell, 2 bundle, 3 up-sell. Counts are of
-- customers, of a bundle of transactions. The columns that lists filter and sort by stand by themselves, the rest follows from the counts.
CREATE TABLE value.product_affinity (
    score_set bigint NOT NULL,
    all_count bigint NOT NULL,
    antecedent_count bigint NOT NULL,
    consequent_count bigint NOT NULL,
    both_count bigint NOT NULL,
    followers bigint NOT NULL,
    precursors bigint NOT NULL,
    support double precision NOT NULL,
    confidence double precision NOT NULL,
    lift double precision NOT NULL,
    p_value double precision NOT NULL,
    false_discovery_rate double precision NOT NULL,
    rank integer NOT NULL,
    median_days integer,
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
    level smallint NOT NULL CHECK (level IN (1, 2)),
    tenant_id text COLLATE "C" NOT NULL,
    antecedent text COLLATE "C" NOT NULL,
    consequent text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, score_set, rank)
);
ALTER TABLE value.product_affinity ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX product_affinity_antecedent ON value.product_affinity (tenant_id, score_set, level, antecedent);
CREATE INDEX product_affinity_consequent ON value.product_affinity (tenant_id, score_set, level, consequent);

-- The products and categories that a run compared, net of refunds, in minor units of the run's currency.
CREATE TABLE value.affinity_item (
    score_set bigint NOT NULL,
    customers bigint NOT NULL,
    revenue_minor bigint NOT NULL,
    baskets bigint NOT NULL,
    basket_revenue_minor bigint NOT NULL,
    unit_price_minor double precision NOT NULL,
    level smallint NOT NULL CHECK (level IN (1, 2)),
    tenant_id text COLLATE "C" NOT NULL,
    item text COLLATE "C" NOT NULL,
    display_name text COLLATE "C" NOT NULL,
    category text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, score_set, level, item)
);
ALTER TABLE value.affinity_item ALTER COLUMN tenant_id SET (n_distinct = 100);
