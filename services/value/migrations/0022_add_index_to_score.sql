-- The key-account index and what it and the tier rest on. `tier` is the one given; `earned_tier` the one by the customer's own numbers.
-- `signals` is what the run knew beside purchases, encoded, for the few customers of whom it knew anything. NULL in older runs.
ALTER TABLE value.score
    ADD COLUMN index double precision,
    ADD COLUMN last_year_minor bigint,
    ADD COLUMN year_before_minor bigint,
    ADD COLUMN earned_tier smallint,
    ADD COLUMN below_since date,
    ADD COLUMN signals bytea;
