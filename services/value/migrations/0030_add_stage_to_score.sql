-- The lifecycle stage, by the numbers of the contract's `LifecycleStage`, and since when. NULL in older runs.
ALTER TABLE value.score
    ADD COLUMN stage smallint,
    ADD COLUMN stage_since date;
