-- Who had which part in a case: 1 maker, 2 reviewer, 3 approver. Makers stay; the others are those of the round. Written under the lock of the case's
-- row, under which it is also read before anybody gets a part.
CREATE TABLE qualification.case_person (
    tenant_id text COLLATE "C" NOT NULL,
    case_id uuid NOT NULL,
    role smallint NOT NULL CHECK (role IN (1, 2, 3)),
    subject text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, case_id, role, subject)
);
ALTER TABLE qualification.case_person ALTER COLUMN tenant_id SET (n_distinct = 100);
