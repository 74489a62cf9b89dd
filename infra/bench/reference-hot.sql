-- An order of the one product that everybody wants, for pgbench: three transactions of one statement each.

INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
VALUES (nextval('order_ids'), 'bench-user-1', 'pending', '[{"productId":"bench-1001","quantity":1}]', 0, 1, false, '[]', now(), now(), 1)
RETURNING id \gset

WITH reserved AS (
  UPDATE stock_items
  SET available_quantity = available_quantity - 1, reserved_quantity = reserved_quantity + 1, version = version + 1, updated_at = now()
  WHERE product_id = 'bench-1001'
  RETURNING product_id, unit_price)
INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative)
SELECT product_id, :id, 1, 1, unit_price, false FROM reserved;

UPDATE orders SET status = 'reserved', total_amount = 9.99, updated_at = now(), version = 2 WHERE id = :id;
