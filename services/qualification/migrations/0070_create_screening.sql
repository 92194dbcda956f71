-- What a hit is of and how it was decided; nothing has written hits before. `state` knows one more: 5 closed. `found` is the encoded
-- ScreeningMatch; `names_hash` and `content_hash` are of the two sides when they were compared last: a false positive holds only as long as both are
-- the same.
ALTER TABLE qualification.screening_hit
    ADD COLUMN screening_list_id text COLLATE "C" NOT NULL,
    ADD COLUMN screening_entry_id uuid NOT NULL,
    ADD COLUMN score double precision NOT NULL,
    ADD COLUMN found bytea NOT NULL,
    ADD COLUMN content_hash bytea NOT NULL,
    ADD COLUMN names_hash bytea NOT NULL,
    ADD COLUMN decided_by text NOT NULL DEFAULT '',
    ADD COLUMN proposed_by text NOT NULL DEFAULT '',
    ADD COLUMN reason text NOT NULL DEFAULT '',
    ADD COLUMN expire_time timestamptz,
    ADD CONSTRAINT screening_hit_pair UNIQUE (tenant_id, customer_id, screening_entry_id);
CREATE INDEX screening_hit_entry ON qualification.screening_hit (tenant_id, screening_entry_id);
CREATE INDEX screening_hit_expiry ON qualification.screening_hit (expire_time) WHERE expire_time IS NOT NULL;

-- Lists, in their newest version; each import that changes something raises the version.
CREATE TABLE qualification.screening_list (
    tenant_id text COLLATE "C" NOT NULL,
    screening_list_id text COLLATE "C" NOT NULL,
    kind smallint NOT NULL,
    format smallint NOT NULL,
    version bigint NOT NULL,
    entries bigint NOT NULL,
    update_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, screening_list_id)
);

-- Their entries. `entry` is the encoded ScreeningEntry, `version` the one in which it came or changed last. Entries that are gone stay, marked so: one
-- that comes back is the same one.
CREATE TABLE qualification.screening_entry (
    tenant_id text COLLATE "C" NOT NULL,
    screening_entry_id uuid NOT NULL,
    screening_list_id text COLLATE "C" NOT NULL,
    entry_key text COLLATE "C" NOT NULL,
    entry bytea NOT NULL,
    content_hash bytea NOT NULL,
    version bigint NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, screening_entry_id),
    CONSTRAINT screening_entry_key UNIQUE (tenant_id, screening_list_id, entry_key)
);
ALTER TABLE qualification.screening_entry ALTER COLUMN tenant_id SET (n_distinct = 100);

-- Customers that are to be screened again, oldest first; without a customer all that are under watch once the row can be seen. Whoever asks for it
-- adds a row and never waits; one that is asked for twice is screened twice, or once where both are taken together.
CREATE TABLE qualification.screening_task (
    tenant_id text COLLATE "C" NOT NULL,
    task_no bigint GENERATED ALWAYS AS IDENTITY,
    customer_id uuid,
    PRIMARY KEY (tenant_id, task_no)
);
CREATE UNIQUE INDEX screening_task_no ON qualification.screening_task (task_no);
CREATE INDEX screening_task_customer ON qualification.screening_task (tenant_id, customer_id);

-- Names that a customer is screened by beside those that the service knows by itself, such as trade names.
CREATE TABLE qualification.screening_name (
    tenant_id text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, customer_id, name)
);
