-- Notes on cases. `number` counts those of one case.
CREATE TABLE qualification.case_note (
    tenant_id text COLLATE "C" NOT NULL,
    case_id uuid NOT NULL,
    number bigint NOT NULL,
    case_note_id uuid NOT NULL,
    note text NOT NULL,
    actor text COLLATE "C" NOT NULL,
    create_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, case_id, number)
);
ALTER TABLE qualification.case_note ALTER COLUMN tenant_id SET (n_distinct = 100);
