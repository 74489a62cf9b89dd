-- Which request placed an order, so that a repeat of it is told from another request that was given the same id. Null where 1.0.0 placed it; no row is rewritten.
ALTER TABLE orders ADD COLUMN request_id uuid;
