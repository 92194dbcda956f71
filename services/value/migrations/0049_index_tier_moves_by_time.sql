-- Moves of a period, for the report on them.
CREATE INDEX tier_move_create_time ON value.tier_move (tenant_id, create_time);
