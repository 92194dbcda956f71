-- What was spent on a channel in a period to win customers.
CREATE TABLE value.acquisition_spend (
    tenant_id text COLLATE "C" NOT NULL,
    acquisition_spend_id uuid NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    version bigint NOT NULL DEFAULT 1,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    start_date date NOT NULL,
    end_date date NOT NULL CHECK (end_date >= start_date),
    currency_code text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, acquisition_spend_id)
);
ALTER TABLE value.acquisition_spend ALTER COLUMN tenant_id SET (n_distinct = 100);

-- How a customer was won; NULL is not known.
ALTER TABLE value.account_signals ADD COLUMN acquisition_channel text COLLATE "C";
