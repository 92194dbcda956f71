-- What a customer says it needs, encoded; NULL where it has said nothing.
ALTER TABLE value.account_signals ADD COLUMN declared_needs bytea;
