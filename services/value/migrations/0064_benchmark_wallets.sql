-- The peer group by whose benchmark a customer without a declared wallet is judged, from 1, in the run's findings. NULL where it declared one, where
-- it has too few peers, and where the run has no benchmarks.
ALTER TABLE value.score ADD COLUMN wallet_group integer;
