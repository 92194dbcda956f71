-- Versions of each tenant's requirement policy: encoded messages of the contract. A version never changes.
CREATE TABLE qualification.requirement_policy (
    tenant_id text COLLATE "C" NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    policy bytea NOT NULL,
    actor text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, version)
);
