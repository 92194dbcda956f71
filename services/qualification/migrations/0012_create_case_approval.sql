-- Approvals given on the recommendation of a case, by one approver each.
CREATE TABLE qualification.case_approval (
    tenant_id text COLLATE "C" NOT NULL,
    case_id uuid NOT NULL,
    subject text COLLATE "C" NOT NULL,
    products text[] NOT NULL,
    conditions text[] NOT NULL,
    validity_months integer NOT NULL CHECK (validity_months >= 0),
    approve_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, case_id, subject)
);
ALTER TABLE qualification.case_approval ALTER COLUMN tenant_id SET (n_distinct = 100);
