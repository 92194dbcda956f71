-- Reviews of approved cases that are told before they fall due: `lead_days` is the lead that was told last (0 for none), `remind_time` when it is looked at
-- next. A row whose case has another review by now, or none, is dropped when it is looked at.
CREATE TABLE qualification.review_reminder (
    tenant_id text COLLATE "C" NOT NULL,
    case_id uuid NOT NULL,
    review_time timestamptz NOT NULL,
    lead_days integer NOT NULL DEFAULT 0,
    remind_time timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, case_id)
);
CREATE INDEX review_reminder_remind_time ON qualification.review_reminder (remind_time);
INSERT INTO qualification.review_reminder (tenant_id, case_id, review_time, remind_time)
SELECT tenant_id, case_id, review_time, now() FROM qualification.qualification_case WHERE state IN (8, 9) AND review_time IS NOT NULL;
