-- The steps in the life of each case, in order.
CREATE TABLE qualification.case_transition (
    tenant_id text COLLATE "C" NOT NULL,
    case_id uuid NOT NULL,
    number bigint NOT NULL,
    case_transition_id uuid NOT NULL,
    round integer NOT NULL,
    transition text COLLATE "C" NOT NULL,
    state_before smallint NOT NULL,
    state_after smallint NOT NULL,
    actor text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    reason smallint NOT NULL,
    note text NOT NULL,
    policy_version bigint NOT NULL,
    evidence_root bytea NOT NULL,
    transition_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, case_id, number)
);
ALTER TABLE qualification.case_transition ALTER COLUMN tenant_id SET (n_distinct = 100);
