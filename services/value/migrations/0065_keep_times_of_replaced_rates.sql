-- When a rate that has been replaced was stored, so that the rates can be read as they were at an instant; NULL where that was not kept.
ALTER TABLE value.fx_rate_revision ADD COLUMN update_time timestamptz;
