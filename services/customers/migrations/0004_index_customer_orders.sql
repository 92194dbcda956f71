-- One index for each order that lists are read in; the order of creation is the primary key, that by external_id the unique constraint.
CREATE INDEX customer_display_name ON customers.customer (tenant_id, display_name, customer_id);
CREATE INDEX customer_create_time ON customers.customer (tenant_id, create_time, customer_id);
CREATE INDEX customer_update_time ON customers.customer (tenant_id, update_time, customer_id);
