-- What came out last of each check of a customer. `check_kind` and `outcome` as in the contract's RequiredCheck and CheckOutcome.
CREATE TABLE qualification.customer_check (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    check_kind smallint NOT NULL,
    outcome smallint NOT NULL CHECK (outcome IN (1, 2, 3)),
    note text NOT NULL,
    actor text COLLATE "C" NOT NULL,
    check_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, check_kind)
);
ALTER TABLE qualification.customer_check ALTER COLUMN tenant_id SET (n_distinct = 100);
