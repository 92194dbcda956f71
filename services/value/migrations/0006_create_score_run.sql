-- Score runs. A worker holds a run by its lease; a run whose lease ran out is taken up by another worker. `run_no` is the order they
-- were asked for in. `settings`, `summary` and `findings` are encoded messages; the columns that SQL reads stand by themselves.
CREATE TABLE value.score_run (
    tenant_id text COLLATE "C" NOT NULL,
    score_run_id uuid NOT NULL,
    run_no bigint GENERATED ALWAYS AS IDENTITY,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 5),
    settings bytea NOT NULL,
    as_of_date date NOT NULL,
    minor_per_unit double precision NOT NULL CHECK (minor_per_unit > 0),
    tier_names text[] NOT NULL,
    segment_names text[] NOT NULL,
    stage smallint NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    attempt integer NOT NULL DEFAULT 0,
    score_set bigint,
    summary bytea,
    findings bytea,
    failure text NOT NULL DEFAULT '',
    actor text NOT NULL,
    create_time timestamptz NOT NULL,
    start_time timestamptz,
    end_time timestamptz,
    lease_owner uuid,
    lease_until timestamptz,
    PRIMARY KEY (tenant_id, score_run_id)
) WITH (fillfactor = 50);
-- The work that is left, oldest first.
CREATE INDEX score_run_open ON value.score_run (run_no) WHERE state IN (1, 2);
-- The runs of a tenant, newest first.
CREATE UNIQUE INDEX score_run_of_tenant ON value.score_run (tenant_id, run_no);
-- The newest run that succeeded.
CREATE INDEX score_run_succeeded ON value.score_run (tenant_id, run_no) WHERE state = 3;
