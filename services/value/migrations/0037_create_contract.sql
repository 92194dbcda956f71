-- Contracts. `value_minor` is what the last of the `terms` contracted so far costs, `end_date` the day after it. `due_date` is the next day on
-- which something happens by itself (it begins, renews itself, runs out, is cancelled) and has yet to be told; NULL when nothing will.
CREATE TABLE value.contract (
    tenant_id text COLLATE "C" NOT NULL,
    contract_id uuid NOT NULL,
    buyer_id bigint NOT NULL,
    external_id text COLLATE "C",
    product text COLLATE "C" NOT NULL,
    currency_code text COLLATE "C" NOT NULL,
    value_minor bigint NOT NULL CHECK (value_minor >= 0),
    renewal_value_minor bigint CHECK (renewal_value_minor >= 0),
    start_date date NOT NULL,
    term_months integer NOT NULL CHECK (term_months BETWEEN 1 AND 120),
    terms integer NOT NULL CHECK (terms >= 1),
    end_date date NOT NULL,
    auto_renew boolean NOT NULL,
    notice_days integer NOT NULL CHECK (notice_days >= 0),
    cancel_date date CHECK (cancel_date >= start_date),
    cancel_reason text NOT NULL,
    due_date date,
    version bigint NOT NULL,
    actor text NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, contract_id),
    CONSTRAINT contract_external_id_taken UNIQUE (tenant_id, external_id)
);
ALTER TABLE value.contract ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX contract_of_buyer ON value.contract (tenant_id, buyer_id);
-- What the job has to tell next, of all tenants.
CREATE INDEX contract_due_date ON value.contract (due_date) WHERE due_date IS NOT NULL;

-- What each term of a contract costs, who contracted it and when. Its days follow from the contract's first one.
CREATE TABLE value.contract_term (
    tenant_id text COLLATE "C" NOT NULL,
    contract_id uuid NOT NULL,
    term integer NOT NULL CHECK (term >= 1),
    value_minor bigint NOT NULL CHECK (value_minor >= 0),
    actor text NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, contract_id, term)
);
ALTER TABLE value.contract_term ALTER COLUMN tenant_id SET (n_distinct = 100);
