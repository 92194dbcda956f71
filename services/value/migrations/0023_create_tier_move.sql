-- Tiers that people decided instead of what a customer earns, until they end or are taken back.
CREATE TABLE value.tier_override (
    tenant_id text COLLATE "C" NOT NULL,
    buyer_id bigint NOT NULL,
    tier text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    expire_time timestamptz,
    actor text NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, buyer_id)
);
ALTER TABLE value.tier_override ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX tier_override_expire_time ON value.tier_override (expire_time) WHERE expire_time IS NOT NULL;

-- Who went from which tier to which, when and why. Causes: 1 a score run, 2 an override set, 3 an override taken back or expired.
CREATE TABLE value.tier_move (
    tenant_id text COLLATE "C" NOT NULL,
    move_id bigint GENERATED ALWAYS AS IDENTITY,
    buyer_id bigint NOT NULL,
    from_tier text COLLATE "C" NOT NULL,
    to_tier text COLLATE "C" NOT NULL,
    cause smallint NOT NULL CHECK (cause IN (1, 2, 3)),
    score_run_id uuid,
    reason text NOT NULL,
    actor text NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, move_id)
);
ALTER TABLE value.tier_move ALTER COLUMN tenant_id SET (n_distinct = 100);
CREATE INDEX tier_move_of_buyer ON value.tier_move (tenant_id, buyer_id, move_id);
