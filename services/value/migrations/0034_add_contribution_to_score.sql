-- What of a customer's costs was for goods, what winning it cost in all, and what of that is its share of acquisition spends: in minor units,
-- NULL for nothing. The rest of `total_cost_minor` is the cost to serve. And the day from which on it has paid back what winning it cost.
ALTER TABLE value.score
    ADD COLUMN cost_of_goods_minor bigint,
    ADD COLUMN acquisition_cost_minor bigint,
    ADD COLUMN acquisition_share_minor bigint,
    ADD COLUMN payback_date date;
