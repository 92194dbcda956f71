-- Documents of customers. `state` as in the contract's DocumentState; expire_time is the instant at which the last day of validity ends in the
-- document's own time zone, absent where it never does.
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
    version bigint NOT NULL,
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, document_id)
);
ALTER TABLE qualification.document ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX document_customer ON qualification.document (tenant_id, customer_id, kind);
