-- The request that placed an order, so that its retry can be distinguished from another request with the same order id. Null where 1.0.0 placed it; no row is rewritten.
ALTER TABLE orders ADD COLUMN request_id uuid;
