-- The log of each tenant: how many leaves are sealed. Its row is locked while leaves are added.
CREATE TABLE qualification.audit_log (
    tenant_id text COLLATE "C" PRIMARY KEY,
    tree_size bigint NOT NULL CHECK (tree_size >= 0)
);

-- Hashes of complete subtrees (RFC 9162), leaves at level 0: about two rows a leaf, never changed.
CREATE TABLE qualification.audit_node (
    tenant_id text COLLATE "C" NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 62),
    node_index bigint NOT NULL CHECK (node_index >= 0),
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, level, node_index)
);
ALTER TABLE qualification.audit_node ALTER COLUMN tenant_id SET (n_distinct = 100);

-- Signed heads, one for every batch of leaves that was sealed. sign_time is in whole milliseconds, as it was signed.
CREATE TABLE qualification.audit_tree_head (
    tenant_id text COLLATE "C" NOT NULL,
    tree_size bigint NOT NULL CHECK (tree_size > 0),
    root_hash bytea NOT NULL,
    sign_time timestamptz NOT NULL,
    key_id bytea NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (tenant_id, tree_size)
);
ALTER TABLE qualification.audit_tree_head ALTER COLUMN tenant_id SET (n_distinct = 100);

-- Customers that were erased: their entries lose content and salt, also those that commit later. done_time is when none was left.
CREATE TABLE qualification.audit_erasure (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    done_time timestamptz,
    PRIMARY KEY (tenant_id, customer_id)
);
CREATE INDEX audit_erasure_open ON qualification.audit_erasure (tenant_id, customer_id) WHERE done_time IS NULL;
