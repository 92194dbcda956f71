-- A merged buyer keeps its row and its keys. `merged_into` is the buyer it was merged into, `survivor_id` the one that all of it counts for
-- now, at the end of any number of merges. A buyer without keys turned out to be another one's other key.
ALTER TABLE value.buyer ADD COLUMN merged_into bigint, ADD COLUMN survivor_id bigint;
ALTER TABLE value.buyer DROP CONSTRAINT buyer_is_known;
ALTER TABLE value.buyer
    ADD CONSTRAINT buyer_is_known CHECK (customer_id IS NOT NULL OR external_id IS NOT NULL OR survivor_id IS NOT NULL),
    ADD CONSTRAINT buyer_is_merged_whole CHECK ((merged_into IS NULL) = (survivor_id IS NULL));
CREATE INDEX buyer_survivor ON value.buyer (tenant_id, survivor_id) WHERE survivor_id IS NOT NULL;
