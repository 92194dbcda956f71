-- Purchases (kind 1), refunds (2) and costs (3). Fixed-width columns come first: a score run reads all rows, and only those.
CREATE TABLE value.transaction (
    buyer_id bigint NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    occur_time timestamptz,
    create_time timestamptz NOT NULL,
    occur_date date NOT NULL,
    kind smallint NOT NULL CHECK (kind IN (1, 2, 3)),
    tenant_id text COLLATE "C" NOT NULL,
    currency_code text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    refunded_external_id text COLLATE "C",
    PRIMARY KEY (tenant_id, external_id)
);
CREATE INDEX transaction_of_buyer ON value.transaction (tenant_id, buyer_id, occur_date);
-- Refunds and costs are few and read by themselves.
CREATE INDEX transaction_not_purchase ON value.transaction (tenant_id, kind) WHERE kind <> 1;
