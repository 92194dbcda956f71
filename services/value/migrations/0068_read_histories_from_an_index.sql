-- A customer's history is read whenever it buys: from the index alone, where its rows stand side by side, and not from a page of the table each.
CREATE INDEX transaction_history ON value.transaction (tenant_id, buyer_id, occur_date)
    INCLUDE (kind, amount_minor, currency_code, cost_kind, refunded_external_id);
