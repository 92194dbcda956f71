-- What is stated of who owns and controls customers, version by version: `content` is the encoded OwnershipStructure. The record ids of the beneficial
-- owners that were computed from it, by the threshold of 25 %, tell whether those of the next version are others.
CREATE TABLE qualification.ownership_structure (
    tenant_id text COLLATE "C" NOT NULL,
    ownership_structure_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    document_id uuid,
    content bytea NOT NULL,
    certain_record_ids text[] COLLATE "C" NOT NULL,
    possible_record_ids text[] COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, ownership_structure_id),
    CONSTRAINT ownership_structure_version UNIQUE (tenant_id, customer_id, version)
);
ALTER TABLE qualification.ownership_structure ALTER COLUMN tenant_id SET (n_distinct = 100);
