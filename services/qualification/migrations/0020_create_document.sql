-- Documents of customers. `state` as in the contract's DocumentState; expire_time is the instant at which the last day of validity ends in the
-- document's own time zone, absent where it never does. Its content stands in the object store, sealed with a key that stands here, wrapped by the
-- key of the settings that key_id names. reminded_lead_days is the lead of the last reminder, 0 for none yet; keep_time the next instant at which
-- something happens to it by itself.
CREATE TABLE qualification.document (
    tenant_id text COLLATE "C" NOT NULL,
    document_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    valid_from_date date,
    valid_until_date date,
    time_zone text COLLATE "C" NOT NULL,
    expire_time timestamptz,
    issuer text COLLATE "C" NOT NULL DEFAULT '',
    issue_country_code text COLLATE "C" NOT NULL DEFAULT '',
    number text COLLATE "C" NOT NULL DEFAULT '',
    file_name text COLLATE "C" NOT NULL DEFAULT '',
    content_type text COLLATE "C" NOT NULL DEFAULT '',
    size_bytes bigint NOT NULL DEFAULT 0,
    sha256 bytea NOT NULL DEFAULT '',
    key_id text COLLATE "C" NOT NULL DEFAULT '',
    wrapped_key bytea NOT NULL DEFAULT '',
    supersedes_document_id uuid,
    superseded_by_document_id uuid,
    uploader text COLLATE "C" NOT NULL DEFAULT '',
    verifier text COLLATE "C" NOT NULL DEFAULT '',
    decision_reason smallint NOT NULL DEFAULT 0,
    decision_text text COLLATE "C" NOT NULL DEFAULT '',
    decision_time timestamptz,
    reminded_lead_days integer NOT NULL DEFAULT 0,
    keep_time timestamptz,
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, document_id)
);
ALTER TABLE qualification.document ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX document_customer ON qualification.document (tenant_id, customer_id, kind);
CREATE INDEX document_keep_time ON qualification.document (keep_time) WHERE keep_time IS NOT NULL;
