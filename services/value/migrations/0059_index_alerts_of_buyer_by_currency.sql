-- Each alert that a run raises asks whether its buyer's silence has one in the currency. While a first run fills the table, Postgres still plans for
-- an empty one, and finds an index by currency and day as good as one by buyer: it would read every alert raised so far for each of them. With
-- the currency in it, the index by buyer is the better one whatever the table holds.
DROP INDEX value.churn_alert_of_buyer;
CREATE INDEX churn_alert_of_buyer ON value.churn_alert (tenant_id, buyer_id, currency_code, last_purchase_date);
