-- A merged customer keeps its row, and so its external id, and leads to the one it was merged into, which may be merged itself. NULLs make no
-- row longer.
ALTER TABLE customers.customer ADD COLUMN merged_into uuid;
CREATE INDEX customer_merged_into ON customers.customer (tenant_id, merged_into) WHERE merged_into IS NOT NULL;
