-- Who may act for customers. `state` as decided: 1 draft, 2 verified, 3 rejected; whether a verified one has begun, expired, been revoked or superseded
-- follows from its instants. `basis` as in the contract's AuthorisationBasis. Limits are minor units of currency_code. ancestor_ids: what it is
-- delegated from, the root first; root_authorisation_id: the first of these, or itself. fallen_with_authorisation_id: the ancestor with whose end its
-- own revoke_time came. next_lead_days: the next reminder to be told, 0 for none. told_state: what AuthorisationStateChanged told last. keep_time: the
-- next instant at which something is to be told by itself. The persons who may sign with the holder stand in three arrays of one order.
CREATE TABLE qualification.authorisation (
    tenant_id text COLLATE "C" NOT NULL,
    authorisation_id uuid NOT NULL,
    external_id text COLLATE "C",
    customer_id uuid NOT NULL,
    basis smallint NOT NULL CHECK (basis IN (1, 2)),
    signatory_name text COLLATE "C" NOT NULL,
    signatory_position text COLLATE "C" NOT NULL,
    grantee_name text COLLATE "C" NOT NULL,
    grantee_identity_number text COLLATE "C" NOT NULL,
    grantee_external_id text COLLATE "C",
    parent_authorisation_id uuid,
    ancestor_ids uuid[] NOT NULL,
    root_authorisation_id uuid NOT NULL,
    superseded_authorisation_id uuid,
    document_id uuid,
    register_reference text COLLATE "C" NOT NULL,
    matters text[] COLLATE "C" NOT NULL,
    products text[] COLLATE "C" NOT NULL,
    currency_code text COLLATE "C",
    act_limit_minor bigint CHECK (act_limit_minor >= 0),
    total_limit_minor bigint CHECK (total_limit_minor >= 0),
    used_minor bigint NOT NULL CHECK (used_minor >= 0),
    cosignatory_names text[] COLLATE "C" NOT NULL,
    cosignatory_identity_numbers text[] COLLATE "C" NOT NULL,
    cosignatory_external_ids text[] COLLATE "C" NOT NULL,
    required_cosignatures integer NOT NULL CHECK (required_cosignatures >= 0),
    may_sub_delegate boolean NOT NULL,
    valid_from_date date NOT NULL,
    valid_until_date date,
    time_zone text COLLATE "C" NOT NULL,
    start_time timestamptz NOT NULL,
    expire_time timestamptz,
    conditions text COLLATE "C" NOT NULL,
    state smallint NOT NULL CHECK (state IN (1, 2, 3)),
    revoke_time timestamptz,
    supersede_time timestamptz,
    reason text COLLATE "C" NOT NULL,
    fallen_with_authorisation_id uuid,
    makers text[] COLLATE "C" NOT NULL,
    reviewer text COLLATE "C" NOT NULL,
    review_time timestamptz,
    next_lead_days integer NOT NULL,
    told_state smallint NOT NULL,
    keep_time timestamptz,
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, authorisation_id),
    CONSTRAINT authorisation_external_id_taken UNIQUE (tenant_id, external_id),
    CONSTRAINT authorisation_limits_have_currency
        CHECK ((currency_code IS NULL) = (act_limit_minor IS NULL AND total_limit_minor IS NULL)),
    CONSTRAINT authorisation_cosignatories_are_whole CHECK (
        cardinality(cosignatory_names) = cardinality(cosignatory_external_ids)
        AND cardinality(cosignatory_identity_numbers) = cardinality(cosignatory_external_ids)),
    CONSTRAINT authorisation_total_is_kept CHECK (total_limit_minor IS NULL OR used_minor <= total_limit_minor)
);
ALTER TABLE qualification.authorisation ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX authorisation_person ON qualification.authorisation (tenant_id, customer_id, grantee_external_id);
CREATE INDEX authorisation_root ON qualification.authorisation (tenant_id, root_authorisation_id);
CREATE INDEX authorisation_keep_time ON qualification.authorisation (keep_time) WHERE keep_time IS NOT NULL;
