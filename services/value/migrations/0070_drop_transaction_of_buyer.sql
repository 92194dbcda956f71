-- `transaction_history` serves what it served. By itself, as it waits for all who read the table: what builds an index must not wait for them as well.
DROP INDEX value.transaction_of_buyer;
