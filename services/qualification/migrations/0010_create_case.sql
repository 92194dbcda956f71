-- One case a customer: the question whether we may do business with it, through all its rounds. `state` as in the contract's CaseState. The approval
-- outlives the state while the next review is under way: approval_kind is 0 for none, 1 approved, 2 approved with conditions.
CREATE TABLE qualification.qualification_case (
    tenant_id text COLLATE "C" NOT NULL,
    case_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    round integer NOT NULL,
    state smallint NOT NULL,
    risk_level smallint NOT NULL,
    approval_kind smallint NOT NULL CHECK (approval_kind IN (0, 1, 2)),
    approval_scope text[] NOT NULL,
    approval_conditions text[] NOT NULL,
    approval_valid_until_time timestamptz,
    review_time timestamptz,
    policy_version bigint NOT NULL,
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, case_id),
    CONSTRAINT case_customer_taken UNIQUE (tenant_id, customer_id)
);
ALTER TABLE qualification.qualification_case ALTER COLUMN tenant_id SET (n_distinct = 100);

-- Kinds of documents that the approval of a case rests on, as the policy said when it was submitted: a customer whose valid document of the kind
-- ran out more than so many days ago is not qualified any more.
CREATE TABLE qualification.case_document_requirement (
    tenant_id text COLLATE "C" NOT NULL,
    case_id uuid NOT NULL,
    document_kind smallint NOT NULL,
    grace_days integer NOT NULL CHECK (grace_days >= 0),
    PRIMARY KEY (tenant_id, case_id, document_kind)
);
