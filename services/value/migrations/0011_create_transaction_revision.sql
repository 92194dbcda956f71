-- What transactions said before they were corrected (1) or deleted (2). A deleted transaction has no row in value.transaction any more:
-- what reads transactions need not know of deletions.
CREATE TABLE value.transaction_revision (
    revision_no bigint GENERATED ALWAYS AS IDENTITY,
    create_time timestamptz NOT NULL,
    transaction_revision_id uuid NOT NULL,
    change smallint NOT NULL CHECK (change IN (1, 2)),
    tenant_id text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    changed_fields text[] NOT NULL,
    -- An encoded clientele.value.v1.Transaction.
    before bytea NOT NULL,
    PRIMARY KEY (tenant_id, external_id, revision_no)
);
-- The ids of deleted transactions, which stay taken.
CREATE UNIQUE INDEX transaction_deleted ON value.transaction_revision (tenant_id, external_id) WHERE change = 2;
ALTER TABLE value.transaction_revision ALTER COLUMN tenant_id SET (n_distinct = 100);

-- How many times a transaction was corrected; NULL for never.
ALTER TABLE value.transaction ADD COLUMN corrections integer;
