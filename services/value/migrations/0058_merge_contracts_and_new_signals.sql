-- Contracts go to the survivor of a merge and back, and the channel and the needs of a merged customer fill the survivor's gaps.
ALTER TABLE value.contract ADD COLUMN own_buyer_id bigint;
ALTER TABLE value.buyer_merge
    ADD COLUMN acquisition_channel text COLLATE "C",
    ADD COLUMN declared_needs bytea;
