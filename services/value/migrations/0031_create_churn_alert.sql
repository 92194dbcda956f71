-- Customers that fell silent, a row for each silence that reached a level. Levels: 1 watch, 2 warning, 3 critical. States: 1 open,
-- 2 acknowledged, 3 resolved, 4 expired. Outcomes: 1 kept, 2 lost, NULL not known. `raise_date` is the as-of date of the run that raised the
-- alert; what the level rests on is that of `score_run_id`, the run that raised it or last raised its level. The limits are those that were
-- passed.
CREATE TABLE value.churn_alert (
    tenant_id text COLLATE "C" NOT NULL,
    churn_alert_id uuid NOT NULL,
    buyer_id bigint NOT NULL,
    currency_code text COLLATE "C" NOT NULL,
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
    outcome smallint CHECK (outcome IN (1, 2)),
    tier text COLLATE "C" NOT NULL,
    raise_date date NOT NULL,
    last_purchase_date date NOT NULL,
    purchase_days integer NOT NULL,
    rhythm_days double precision NOT NULL,
    silent_days integer NOT NULL,
    p_alive double precision NOT NULL,
    rhythms_limit double precision,
    p_alive_limit double precision,
    score_run_id uuid NOT NULL,
    actor text NOT NULL,
    note text NOT NULL DEFAULT '',
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    end_time timestamptz,
    PRIMARY KEY (tenant_id, churn_alert_id)
);
ALTER TABLE value.churn_alert ALTER COLUMN tenant_id SET (n_distinct = 100);
-- One alert of a customer at a time.
CREATE UNIQUE INDEX churn_alert_open ON value.churn_alert (tenant_id, currency_code, buyer_id) WHERE state IN (1, 2);
CREATE INDEX churn_alert_of_buyer ON value.churn_alert (tenant_id, buyer_id, last_purchase_date);
CREATE INDEX churn_alert_create_time ON value.churn_alert (tenant_id, create_time, churn_alert_id);
CREATE INDEX churn_alert_raise_date ON value.churn_alert (tenant_id, currency_code, raise_date);
