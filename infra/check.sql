-- The invariants of orders and stock, one query each, all on one snapshot, so that they can be checked under load.
-- Columns: the invariant, how many rows were checked, how many break it, and the first few of those.
-- Variables: expect_stock (available + reserved + consumed units of every product; empty for any), stuck_seconds, overdue_seconds.
--
-- An order is unsettled while it is pending, releases stock or consumes it, and settled otherwise, deleted or not.
-- A reservation is live until it is released or consumed. Reserved and confirmed orders hold stock.

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

SELECT 'no count of a product is negative',
  (SELECT count(*) FROM stock_items), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('%s has %s available, %s reserved', product_id, available_quantity, reserved_quantity) AS what
  FROM stock_items
  WHERE available_quantity < 0 OR reserved_quantity < 0
  ORDER BY product_id
) AS broken;

SELECT 'reserved units of a product = the sum of its live reservations',
  (SELECT count(*) FROM stock_items), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('%s has %s reserved, its live reservations hold %s', product_id, coalesce(item.reserved_quantity::text, 'no row, so nothing'), coalesce(live.held, 0)) AS what
  FROM stock_items AS item
  FULL JOIN (
    SELECT product_id, sum(quantity) AS held FROM stock_reservations WHERE released_at IS NULL GROUP BY product_id
  ) AS live USING (product_id)
  WHERE item.reserved_quantity IS DISTINCT FROM coalesce(live.held, 0)
  ORDER BY product_id
) AS broken;

SELECT 'a reserved or confirmed order holds exactly its items, under its current attempt',
  (SELECT count(*) FROM orders WHERE status IN ('reserved', 'confirmed') AND NOT releasing AND deleted_at IS NULL), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  WITH settled AS (
    SELECT id, attempt, items FROM orders WHERE status IN ('reserved', 'confirmed') AND NOT releasing AND deleted_at IS NULL
  ), wanted AS (
    SELECT id AS order_id, line."productId" AS product_id, attempt, sum(line.quantity) AS quantity
    FROM settled, jsonb_to_recordset(items) AS line("productId" text, quantity bigint)
    GROUP BY 1, 2, 3
  ), held AS (
    SELECT order_id, product_id, live.attempt, live.quantity
    FROM stock_reservations AS live JOIN settled ON settled.id = live.order_id
    WHERE released_at IS NULL
  )
  SELECT format('order %s needs %s of %s under attempt %s, and holds %s under attempt %s', order_id,
    coalesce(wanted.quantity, 0), product_id, coalesce(wanted.attempt::text, '-'), coalesce(held.quantity, 0), coalesce(held.attempt::text, '-')) AS what
  FROM wanted FULL JOIN held USING (order_id, product_id)
  WHERE (wanted.quantity, wanted.attempt) IS DISTINCT FROM (held.quantity, held.attempt)
  ORDER BY order_id, product_id
) AS broken;

SELECT 'a failed, cancelled, fulfilled or deleted order holds nothing',
  (SELECT count(*) FROM orders WHERE NOT releasing AND NOT consuming AND (status IN ('failed', 'cancelled', 'fulfilled') OR deleted_at IS NOT NULL)), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('order %s is %s and holds %s of %s under attempt %s', o.id, CASE WHEN o.deleted_at IS NULL THEN o.status ELSE 'deleted' END, live.quantity, live.product_id, live.attempt) AS what
  FROM orders AS o JOIN stock_reservations AS live ON live.order_id = o.id
  WHERE live.released_at IS NULL AND NOT o.releasing AND NOT o.consuming AND (o.status IN ('failed', 'cancelled', 'fulfilled') OR o.deleted_at IS NOT NULL)
  ORDER BY o.id, live.product_id
) AS broken;

SELECT 'the reservations of fulfilled orders are consumed, and no others',
  (SELECT count(*) FROM orders WHERE status = 'fulfilled' AND NOT consuming), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('order %s is %s, and its reservation of %s %s is %sconsumed', o.id, o.status, held.quantity, held.product_id, CASE WHEN NOT held.consumed THEN 'not ' END) AS what
  FROM orders AS o JOIN stock_reservations AS held ON held.order_id = o.id
  WHERE held.consumed <> (o.status = 'fulfilled') AND NOT o.consuming AND held.quantity > 0   -- else a tombstone row
  UNION
  -- Consumed rows are kept for at least ten minutes (Recovery__ReleasedReservationRetention): five leave room for clocks that differ.
  SELECT format('order %s has been fulfilled since %s, and has no reservation of %s', o.id, fulfilled_at, line.product_id)
  FROM orders AS o, products_of(o.items) AS line (product_id), LATERAL (SELECT (transitions -> -1 ->> 'at')::timestamptz AS fulfilled_at) AS last_transition
  WHERE o.status = 'fulfilled' AND NOT o.consuming AND fulfilled_at > now() - interval '5 minutes'
    AND NOT EXISTS (SELECT FROM stock_reservations AS held WHERE held.order_id = o.id AND held.product_id = line.product_id AND held.quantity > 0)
  ORDER BY what
) AS broken;

SELECT 'a live reservation belongs to an order',
  (SELECT count(*) FROM stock_reservations WHERE released_at IS NULL), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('%s of %s are held for order %s, which does not exist', live.quantity, live.product_id, live.order_id) AS what
  FROM stock_reservations AS live LEFT JOIN orders AS o ON o.id = live.order_id
  WHERE live.released_at IS NULL AND o.id IS NULL
  ORDER BY live.order_id, live.product_id
) AS broken;

SELECT 'units reserved = units of reserved and confirmed orders, and what unsettled orders hold',
  units, (units <> ordered + held)::int,
  format('%s units are reserved; reserved and confirmed orders have %s, unsettled orders hold %s', units, ordered, held)
FROM
  (SELECT coalesce(sum(reserved_quantity), 0) AS units FROM stock_items) AS stock,
  (
    SELECT coalesce(sum(line.quantity), 0) AS ordered
    FROM orders, jsonb_to_recordset(items) AS line(quantity bigint)
    WHERE status IN ('reserved', 'confirmed') AND NOT releasing AND deleted_at IS NULL
  ) AS holding_orders,
  (
    SELECT coalesce(sum(live.quantity), 0) AS held
    FROM orders AS o JOIN stock_reservations AS live ON live.order_id = o.id
    WHERE live.released_at IS NULL AND (o.releasing OR o.consuming OR (o.status = 'pending' AND o.deleted_at IS NULL))
  ) AS unsettled;

SELECT 'the total of a reserved or confirmed order = the sum of price × quantity of its reservations',
  (SELECT count(*) FROM orders WHERE status IN ('reserved', 'confirmed') AND NOT releasing AND deleted_at IS NULL), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('order %s has a total of %s, its reservations come to %s', o.id, o.total_amount, coalesce(sum(live.unit_price * live.quantity), 0)) AS what
  FROM orders AS o LEFT JOIN stock_reservations AS live ON live.order_id = o.id AND live.released_at IS NULL
  WHERE o.status IN ('reserved', 'confirmed') AND NOT o.releasing AND o.deleted_at IS NULL
  GROUP BY o.id, o.total_amount
  HAVING o.total_amount <> coalesce(sum(live.unit_price * live.quantity), 0)
  ORDER BY o.id
) AS broken;

SELECT 'the numbers of orders kept for lists = the orders there are',
  (SELECT count(*) FROM order_counts), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  WITH counted AS (
    SELECT user_id, status, count(*) AS orders FROM orders WHERE deleted_at IS NULL GROUP BY user_id, status
  ), changes AS (
    SELECT user_id, status, sum(change) AS change FROM order_count_changes GROUP BY user_id, status
  ), kept AS (
    SELECT user_id, status, coalesce(count, 0) + coalesce(change, 0) AS orders FROM order_counts FULL JOIN changes USING (user_id, status)
  ), kept_in_all AS (
    SELECT status, coalesce(count, 0) + coalesce(change, 0) AS orders
    FROM order_totals FULL JOIN (SELECT status, sum(change) AS change FROM changes GROUP BY status) AS all_changes USING (status)
  )
  SELECT format('%s has %s %s orders, counted as %s', user_id, coalesce(counted.orders, 0), status, coalesce(kept.orders, 0)) AS what
  FROM counted FULL JOIN kept USING (user_id, status)
  WHERE coalesce(counted.orders, 0) <> coalesce(kept.orders, 0)
  UNION ALL
  SELECT format('there are %s %s orders, counted as %s', coalesce(in_all.orders, 0), status, coalesce(kept_in_all.orders, 0))
  FROM (SELECT status, sum(orders) AS orders FROM counted GROUP BY status) AS in_all FULL JOIN kept_in_all USING (status)
  WHERE coalesce(in_all.orders, 0) <> coalesce(kept_in_all.orders, 0)
) AS broken;

SELECT 'the products of orders kept for lists = the products in their lines',
  (SELECT count(*) FROM order_products), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  WITH lines AS (
    SELECT DISTINCT product_id, created_at, id AS order_id FROM orders, products_of(items) AS product_id WHERE deleted_at IS NULL
  ), kept AS (
    SELECT product_id, p.created_at, order_id FROM order_products AS p LEFT JOIN orders AS o ON o.id = order_id WHERE o.deleted_at IS NULL
  )
  SELECT format('order %s of %s %s %s', order_id, created_at, CASE WHEN lines.found THEN 'is not kept under' ELSE 'is kept without a line of' END, product_id) AS what
  FROM (SELECT *, true AS found FROM lines) AS lines FULL JOIN (SELECT *, true AS found FROM kept) AS kept USING (product_id, created_at, order_id)
  WHERE lines.found IS NULL OR kept.found IS NULL
  ORDER BY order_id, product_id
) AS broken;

SELECT 'the movements of a product add up to its stock',
  (SELECT count(*) FROM stock_movements), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  -- What a silo of 1.0.0 changes is recorded by the next write of a newer one, at the latest soon after the last one has ended.
  SELECT format('%s has %s available, %s reserved; recorded are %s and %s, its movements add up to %s and %s', product_id,
    coalesce(available_quantity, 0), coalesce(reserved_quantity, 0), coalesce(recorded_available, 0), coalesce(recorded_reserved, 0),
    coalesce(available, 0), coalesce(reserved, 0)) AS what
  FROM stock_items FULL JOIN (
    SELECT product_id, sum(available_delta) AS available, sum(reserved_delta) AS reserved FROM stock_movements GROUP BY product_id
  ) AS moved USING (product_id)
  WHERE (available_quantity, reserved_quantity) IS DISTINCT FROM (recorded_available, recorded_reserved)
    OR (recorded_available, recorded_reserved) IS DISTINCT FROM (coalesce(available, 0)::bigint, coalesce(reserved, 0)::bigint)
  ORDER BY product_id
) AS broken;

SELECT 'an archived product has no units',
  (SELECT count(*) FROM stock_items WHERE archived_at IS NOT NULL), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('%s is archived, and has %s available, %s reserved', product_id, available_quantity, reserved_quantity) AS what
  FROM stock_items
  WHERE archived_at IS NOT NULL AND (available_quantity, reserved_quantity) <> (0, 0)
  ORDER BY product_id
) AS broken;

SELECT 'the last event of a product says whether it is low',
  (SELECT count(*) FROM stock_items WHERE is_low OR low_stock_threshold IS NOT NULL), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('%s has %s available, the threshold %s, and was announced as %slow', product_id, available_quantity, coalesce(low_stock_threshold::text, '-'),
    CASE WHEN NOT is_low THEN 'not ' END) AS what
  FROM stock_items
  WHERE archived_at IS NULL AND is_low <> coalesce(available_quantity <= low_stock_threshold, false)
  ORDER BY product_id
) AS broken;

SELECT 'the number of products kept for lists = the products there are',
  counted, (counted <> kept)::int, format('there are %s products, counted as %s', counted, kept)
FROM
  (SELECT count(*) AS counted FROM stock_items WHERE archived_at IS NULL) AS items,
  (SELECT coalesce(sum(count), 0) AS kept FROM stock_item_counts) AS counts;

SELECT format('no order is stuck: none unsettled for more than %s s (unsettled now: %s)', :'stuck_seconds', count(*)),
  (SELECT count(*) FROM orders), count(*) FILTER (WHERE stuck), array_to_string((array_agg(what ORDER BY id) FILTER (WHERE stuck))[1:5], E'\n')
FROM (
  SELECT id, since < now() - make_interval(secs => :'stuck_seconds') AS stuck,
    format('order %s is %s%s since %s, now at attempt %s', id, status, CASE WHEN releasing THEN ' and releasing' WHEN consuming THEN ' and consuming' END, since, attempt) AS what
  FROM orders,
    -- Not updated_at, which each attempt changes.
    LATERAL (SELECT coalesce((transitions -> -1 ->> 'at')::timestamptz, updated_at) AS since) AS last_transition
  WHERE releasing OR consuming OR (status = 'pending' AND deleted_at IS NULL)
) AS unsettled;

SELECT format('orders expire: none is still reserved %s s after its time', :'overdue_seconds'),
  (SELECT count(*) FROM orders WHERE status = 'reserved' AND expires_at IS NOT NULL), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('order %s is reserved, and was to expire at %s', id, expires_at) AS what
  FROM orders
  WHERE status = 'reserved' AND expires_at < now() - make_interval(secs => :'overdue_seconds') AND deleted_at IS NULL
  ORDER BY expires_at, id
) AS broken;

-- Fulfilled orders that were deleted count until their rows are swept.
SELECT format('available + reserved + consumed = %s for every product', :'expect_stock'),
  (SELECT count(*) FROM stock_items), count(*), array_to_string((array_agg(what))[1:5], E'\n')
FROM (
  SELECT format('%s has %s available + %s reserved + %s consumed', product_id, available_quantity, reserved_quantity, coalesce(units, 0)) AS what
  FROM stock_items LEFT JOIN (
    SELECT product_id, sum(quantity) AS units
    FROM (
      SELECT line."productId" AS product_id, line.quantity
      FROM orders, jsonb_to_recordset(items) AS line("productId" text, quantity bigint)
      WHERE status = 'fulfilled' AND :'expect_stock' <> ''
      UNION ALL
      SELECT live.product_id, -live.quantity   -- still reserved
      FROM orders AS o JOIN stock_reservations AS live ON live.order_id = o.id
      WHERE o.consuming AND live.released_at IS NULL AND :'expect_stock' <> ''
    ) AS lines
    GROUP BY product_id
  ) AS consumed USING (product_id)
  WHERE available_quantity + reserved_quantity + coalesce(units, 0) <> nullif(:'expect_stock', '')::bigint
  ORDER BY product_id
) AS broken
HAVING :'expect_stock' <> '';

COMMIT;
