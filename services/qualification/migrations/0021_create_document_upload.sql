-- Documents on their way in, by the id that they will have. `document` is what was said of it, as the contract's Document. Of two streams into one
-- upload the one of the higher `attempt` goes on. The row stands before the first object of its id is written.
CREATE TABLE qualification.document_upload (
    tenant_id text COLLATE "C" NOT NULL,
    document_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    document bytea NOT NULL,
    size_bytes bigint NOT NULL,
    sha256 bytea NOT NULL,
    received_bytes bigint NOT NULL,
    attempt integer NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    wrapped_key bytea NOT NULL,
    uploader text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    expire_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, document_id)
);
CREATE INDEX document_upload_expire_time ON qualification.document_upload (expire_time);
CREATE INDEX document_upload_customer ON qualification.document_upload (tenant_id, customer_id);
