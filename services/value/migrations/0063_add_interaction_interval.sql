-- How often a customer is usually met: the mean days from one interaction to the next; NULL is not known.
ALTER TABLE value.account_signals
    ADD COLUMN interaction_interval_days double precision CHECK (interaction_interval_days > 0);
ALTER TABLE value.buyer_merge ADD COLUMN interaction_interval_days double precision;
