-- What merging a buyer into another gave the survivor, so that an undo takes back just that: signals that filled gaps (NULL: nothing), the
-- override it took over, by its time, and alerts that ended because both had one, with the states they had.
CREATE TABLE value.buyer_merge (
    tenant_id text COLLATE "C" NOT NULL,
    buyer_id bigint NOT NULL,
    survivor_id bigint NOT NULL,
    yearly_wallet_minor bigint,
    wallet_currency_code text COLLATE "C",
    strategic_fit double precision,
    nps double precision,
    csat double precision,
    open_complaints integer,
    last_interaction_date date,
    qualification_status smallint,
    override_time timestamptz,
    alert_ids uuid[] NOT NULL DEFAULT '{}',
    alert_states smallint[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, buyer_id)
);
ALTER TABLE value.buyer_merge ALTER COLUMN tenant_id SET (n_distinct = 100);
