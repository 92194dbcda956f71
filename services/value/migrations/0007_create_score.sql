-- Scores, a row for each buyer and run; readable once the run has succeeded. Money is in minor units of the run's currency; predictions
-- keep their fractions. Fixed-width columns first.
CREATE TABLE value.score (
    run_no bigint NOT NULL,
    buyer_id bigint NOT NULL,
    rank bigint NOT NULL,
    total_revenue_minor bigint NOT NULL,
    repeat_revenue_minor bigint NOT NULL,
    total_cost_minor bigint NOT NULL,
    p_alive double precision NOT NULL,
    expected_purchases double precision NOT NULL,
    expected_spend_minor double precision,
    clv_minor double precision,
    frequency integer NOT NULL,
    first_purchase_date date NOT NULL,
    last_purchase_date date NOT NULL,
    recency_score smallint NOT NULL,
    frequency_score smallint NOT NULL,
    monetary_score smallint NOT NULL,
    tier smallint NOT NULL,
    tenant_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, run_no, buyer_id)
);
