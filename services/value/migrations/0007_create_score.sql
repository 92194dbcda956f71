-- Every attempt of a run writes its scores under a number of its own, so that an attempt that lost its lease cannot touch the rows of
-- the next one. A set has a row here as long as it may have scores.
CREATE TABLE value.score_set (
    tenant_id text COLLATE "C" NOT NULL,
    score_set bigint GENERATED ALWAYS AS IDENTITY,
    score_run_id uuid NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, score_set)
);

-- Scores, a row for each buyer and set; readable once the set is that of a succeeded run. Money is in minor units of the run's
-- currency; predictions keep their fractions. `tier` and `segment` count from 1 in the run's names. Fixed-width columns first.
CREATE TABLE value.score (
    score_set bigint NOT NULL,
    buyer_id bigint NOT NULL,
    total_revenue_minor bigint NOT NULL,
    repeat_revenue_minor bigint NOT NULL,
    total_cost_minor bigint NOT NULL,
    p_alive double precision NOT NULL,
    expected_purchases double precision NOT NULL,
    expected_spend_minor double precision,
    clv_minor double precision,
    rank integer NOT NULL,
    frequency integer NOT NULL,
    first_purchase_date date NOT NULL,
    last_purchase_date date NOT NULL,
    rfm_code smallint NOT NULL,
    segment smallint NOT NULL,
    tier smallint NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, score_set, buyer_id)
);

-- The order of a set's scores by rank: block n holds the buyers of the ranks from 1000 n + 1 on, 8 bytes each, most significant first.
-- A thousandth of the cost of an index, and as quick for pages of the ranking. Random bytes do not compress: EXTERNAL saves the attempt.
CREATE TABLE value.score_ranking (
    tenant_id text COLLATE "C" NOT NULL,
    score_set bigint NOT NULL,
    block integer NOT NULL,
    buyers bytea NOT NULL,
    PRIMARY KEY (tenant_id, score_set, block)
);
ALTER TABLE value.score_ranking ALTER COLUMN buyers SET STORAGE EXTERNAL;
