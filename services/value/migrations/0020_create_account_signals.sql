-- What people and other systems know of a customer that its purchases do not tell. NULL is not known. Qualification: 1 qualified, 2 not.
CREATE TABLE value.account_signals (
    tenant_id text COLLATE "C" NOT NULL,
    buyer_id bigint NOT NULL,
    yearly_wallet_minor bigint CHECK (yearly_wallet_minor > 0),
    wallet_currency_code text COLLATE "C",
    strategic_fit double precision,
    nps double precision,
    csat double precision,
    open_complaints integer CHECK (open_complaints >= 0),
    last_interaction_date date,
    qualification_status smallint CHECK (qualification_status IN (1, 2)),
    version bigint NOT NULL DEFAULT 1,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, buyer_id),
    CONSTRAINT wallet_is_whole CHECK ((yearly_wallet_minor IS NULL) = (wallet_currency_code IS NULL))
);
ALTER TABLE value.account_signals ALTER COLUMN tenant_id SET (n_distinct = 100);
