-- Deleted customers, by when they are to be erased.
CREATE INDEX customer_purge_time ON customers.customer (purge_time) WHERE purge_time IS NOT NULL;
