-- Versions of the rules by which customers are judged; a version never changes. `policy` is an encoded `ValuePolicy`.
CREATE TABLE value.value_policy (
    tenant_id text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    policy bytea NOT NULL,
    actor text NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
