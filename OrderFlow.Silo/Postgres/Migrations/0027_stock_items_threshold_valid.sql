-- Checks the rows that were there before the constraint. Reads them all, beside reads and writes.
ALTER TABLE stock_items VALIDATE CONSTRAINT stock_items_low_stock_threshold_check;
