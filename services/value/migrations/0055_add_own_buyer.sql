-- Whose a row is by its own key, where that buyer is merged and `buyer_id` is the survivor: what an undo gives back. NULL for nearly all.
ALTER TABLE value.transaction ADD COLUMN own_buyer_id bigint;
ALTER TABLE value.tier_move ADD COLUMN own_buyer_id bigint;
ALTER TABLE value.churn_alert ADD COLUMN own_buyer_id bigint;
