-- Whose hands the evidence of a case is of: its approval asks for it.

-- Who looked at a document before it was decided about: began to verify it, or wrote down what it says.
ALTER TABLE qualification.document ADD COLUMN readers text[] COLLATE "C" NOT NULL DEFAULT '{}';

-- Who declared it; the tamper-evident log knows it of versions from before.
ALTER TABLE qualification.ownership_structure ADD COLUMN actor text COLLATE "C" NOT NULL DEFAULT '';
UPDATE qualification.ownership_structure o SET actor = a.actor
FROM qualification.audit_entry a
WHERE a.tenant_id = o.tenant_id AND a.subject_kind = 'ownership_structure' AND a.subject_id = o.ownership_structure_id::text
    AND a.transition = 'declared';

-- `reviewers`: whose word the outcome is; nobody's where the service found it out. `found_outcome`: what the service itself found out last, 0 for
-- nothing yet: what it found to be failed, people do not record to be passed.
ALTER TABLE qualification.customer_check
    ADD COLUMN reviewers text[] COLLATE "C" NOT NULL DEFAULT '{}',
    ADD COLUMN found_outcome smallint NOT NULL DEFAULT 0 CHECK (found_outcome IN (0, 1, 2));
-- Waivers and checks that the service never does (8 to 11) are the word of people.
UPDATE qualification.customer_check SET reviewers = ARRAY[actor] WHERE outcome = 3 OR check_kind >= 8;
-- Of the last run that found something out: 2 is failed, passed and doubts count as passed.
UPDATE qualification.customer_check c SET found_outcome = CASE r.result WHEN 2 THEN 2 ELSE 1 END
FROM (
    SELECT DISTINCT ON (tenant_id, customer_id, required_check) tenant_id, customer_id, required_check, result
    FROM qualification.check_run WHERE result IN (1, 2, 3)
    ORDER BY tenant_id, customer_id, required_check, create_time DESC, check_id DESC
) r
WHERE r.tenant_id = c.tenant_id AND r.customer_id = c.customer_id AND r.required_check = c.check_kind;
-- Screening (5) fails by a hit that is not cleared.
UPDATE qualification.customer_check c SET found_outcome = 2
WHERE c.check_kind = 5 AND EXISTS (
    SELECT FROM qualification.screening_hit h WHERE h.tenant_id = c.tenant_id AND h.customer_id = c.customer_id AND h.state IN (1, 2, 4));
