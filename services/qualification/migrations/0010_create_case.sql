-- One case a customer: the question whether we may do business with it, through all its rounds. `state` as in the contract's CaseState. The approval
-- outlives the state while the next review is under way: approval_kind is 0 for none, 1 approved, 2 approved with conditions. `facts`,
-- `information_request` and `recommendation` are encoded messages of the contract. `risk_level` is what was assessed when the case was last decided. Checks
-- count where they were done after `checks_from_time`. `keep_time` is the next instant at which the case changes by itself, but for its documents.
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
    approve_time timestamptz,
    review_time timestamptz,
    policy_version bigint NOT NULL,
    facts bytea NOT NULL DEFAULT '',
    country_code text COLLATE "C" NOT NULL DEFAULT '',
    edd_required boolean NOT NULL DEFAULT false,
    assignee text COLLATE "C" NOT NULL DEFAULT '',
    due_time timestamptz,
    snooze_time timestamptz,
    information_request bytea,
    information_due_time timestamptz,
    recommendation bytea,
    checks_from_time timestamptz,
    keep_time timestamptz,
    actor text COLLATE "C" NOT NULL DEFAULT '',
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, case_id),
    CONSTRAINT case_customer_taken UNIQUE (tenant_id, customer_id),
    CONSTRAINT case_information_has_due CHECK ((information_request IS NULL) = (information_due_time IS NULL))
);
ALTER TABLE qualification.qualification_case ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX case_keep_time ON qualification.qualification_case (keep_time) WHERE keep_time IS NOT NULL;
CREATE INDEX case_state ON qualification.qualification_case (tenant_id, state, case_id);
CREATE INDEX case_assignee ON qualification.qualification_case (tenant_id, assignee, case_id) WHERE assignee <> '';

-- Kinds of documents that the approval of a case rests on, as the policy said when it was approved: a customer whose valid document of the kind
-- ran out more than so many days ago is not qualified any more.
CREATE TABLE qualification.case_document_requirement (
    tenant_id text COLLATE "C" NOT NULL,
    case_id uuid NOT NULL,
    document_kind smallint NOT NULL,
    grace_days integer NOT NULL CHECK (grace_days >= 0),
    PRIMARY KEY (tenant_id, case_id, document_kind)
);
