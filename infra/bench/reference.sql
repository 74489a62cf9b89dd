-- Fills the reference database, which has the tables of the migrations.

-- As the silos do it: an id costs no round trip, and the sequence is written once for a hundred.
ALTER SEQUENCE order_ids INCREMENT BY 1 CACHE 100;

-- Numbers of four digits without leading zeros: pgbench can draw them, and the ids are as long as those of the load.
INSERT INTO stock_items (product_id, available_quantity, reserved_quantity, unit_price, version, updated_at)
SELECT 'bench-' || n, 1000000000, 0, 9.99, 1, now() FROM generate_series(1001, 2000) AS n;

VACUUM ANALYZE;
