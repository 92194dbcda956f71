-- What was done under authorisations: each is counted in used_minor of its authorisation, and of those that one was delegated from, in the transaction
-- that records it.
CREATE TABLE qualification.act (
    tenant_id text COLLATE "C" NOT NULL,
    act_id uuid NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    authorisation_id uuid NOT NULL,
    person_external_id text COLLATE "C",
    matter text COLLATE "C" NOT NULL,
    product text COLLATE "C" NOT NULL,
    amount_minor bigint CHECK (amount_minor >= 0),
    currency_code text COLLATE "C",
    cosignatory_external_ids text[] COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    record_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, act_id),
    CONSTRAINT act_external_id_taken UNIQUE (tenant_id, external_id),
    CONSTRAINT act_amount_has_currency CHECK ((amount_minor IS NULL) = (currency_code IS NULL))
);
ALTER TABLE qualification.act ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX act_customer ON qualification.act (tenant_id, customer_id, act_id);
CREATE INDEX act_authorisation ON qualification.act (tenant_id, authorisation_id, act_id);
