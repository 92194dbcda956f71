-- Transitions, written in the transaction that makes them. `leaf` is the encoded AuditEntry; `content` is what the subject was afterwards, whose
-- salted hash the leaf holds: it can be erased, the leaf stays. Columns repeat what the leaf says, for lists. The sealer stamps `leaf_index` on committed rows, in order, from 0 for each tenant.
CREATE TABLE qualification.audit_entry (
    tenant_id text COLLATE "C" NOT NULL,
    audit_entry_id uuid NOT NULL,
    entry_number bigint GENERATED ALWAYS AS IDENTITY,
    leaf_index bigint,
    subject_kind text COLLATE "C" NOT NULL,
    subject_id text COLLATE "C" NOT NULL,
    customer_id uuid,
    transition text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    transition_time timestamptz NOT NULL,
    leaf bytea NOT NULL,
    salt bytea,
    content bytea,
    PRIMARY KEY (tenant_id, audit_entry_id),
    CONSTRAINT audit_content_has_salt CHECK ((salt IS NULL) = (content IS NULL))
);
ALTER TABLE qualification.audit_entry ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX audit_entry_unsealed ON qualification.audit_entry (tenant_id, entry_number) WHERE leaf_index IS NULL;
CREATE UNIQUE INDEX audit_entry_leaf ON qualification.audit_entry (tenant_id, leaf_index) WHERE leaf_index IS NOT NULL;
CREATE INDEX audit_entry_subject ON qualification.audit_entry (tenant_id, subject_kind, subject_id);
CREATE INDEX audit_entry_customer ON qualification.audit_entry (tenant_id, customer_id) WHERE customer_id IS NOT NULL;
