-- An order of two different products, for pgbench: three transactions of one statement each.

-- The lower product is locked first by everybody: no two orders ever wait for each other.
\set low random(1001, 2000)
\set other random(1001, 1999)
\set other case when :other >= :low then :other + 1 else :other end
\set high greatest(:low, :other)
\set low least(:low, :other)

INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
VALUES (nextval('order_ids'), 'bench-user-1', 'pending', '[{"productId":"bench-1001","quantity":1},{"productId":"bench-1002","quantity":1}]',
  0, 1, false, '[]', now(), now(), 1)
RETURNING id \gset

-- A nested loop over the array, so in its order.
WITH reserved AS (
  UPDATE stock_items s
  SET available_quantity = available_quantity - 1, reserved_quantity = reserved_quantity + 1, version = version + 1, updated_at = now()
  FROM unnest(ARRAY['bench-' || :low, 'bench-' || :high]) AS wanted (product_id)
  WHERE s.product_id = wanted.product_id
  RETURNING s.product_id, s.unit_price)
INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative)
SELECT product_id, :id, 1, 1, unit_price, false FROM reserved;

UPDATE orders SET status = 'reserved', total_amount = 19.98, updated_at = now(), version = 2 WHERE id = :id;
