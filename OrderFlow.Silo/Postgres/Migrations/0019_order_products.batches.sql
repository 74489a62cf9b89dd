-- The products of orders that were placed before the trigger was there. Repeated after a failure it adds what is missing; later orders have their rows already.
-- Deleted orders need none: they are not listed, and one could be swept before its rows are added.
DO $body$
DECLARE
  batch_size  CONSTANT bigint := 10000;
  last_id     bigint := 0;
  batch_end   bigint;
  end_id      bigint := (SELECT max(id) FROM orders);
BEGIN
  LOOP
    SELECT max(id) INTO batch_end FROM (SELECT id FROM orders WHERE id > last_id AND id <= end_id ORDER BY id LIMIT batch_size) AS batch;
    EXIT WHEN batch_end IS NULL;

    INSERT INTO order_products (product_id, created_at, order_id)
    SELECT product_id, created_at, id FROM orders, products_of(items) AS product_id
    WHERE id > last_id AND id <= batch_end AND deleted_at IS NULL
    ON CONFLICT DO NOTHING;
    COMMIT;
    last_id := batch_end;
  END LOOP;

  ANALYZE order_products;  -- lists are planned by its statistics
END
$body$
