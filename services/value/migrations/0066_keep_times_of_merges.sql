-- Since when a merged buyer counts for its survivor, so that what the survivor was worth before can be worked out again; NULL where that was not
-- kept.
ALTER TABLE value.buyer_merge ADD COLUMN merge_time timestamptz;
