-- Checks the rows that were there before the constraint. Reads them all, beside reads and writes.
ALTER TABLE orders VALIDATE CONSTRAINT orders_status_check;
