-- Which products each order has, in the order of lists: one row for each, so that the orders of a product are found by an index. The rows of older orders follow in the next script.
CREATE TABLE order_products (
  product_id  text         COLLATE "C" NOT NULL,
  created_at  timestamptz  NOT NULL,
  order_id    bigint       NOT NULL,
  PRIMARY KEY (product_id, created_at, order_id)
) WITH (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_limit = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- The product of each line of an order. Lines that cannot be read have none: no write fails for them.
CREATE FUNCTION products_of(items jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $body$
  SELECT product #>> '{}' FROM jsonb_path_query(items, '$[*].productId ? (@.type() == "string")') AS product
$body$;

CREATE FUNCTION add_order_products() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO order_products (product_id, created_at, order_id)
  SELECT DISTINCT product_id, NEW.created_at, NEW.id FROM products_of(NEW.items) AS product_id;
  RETURN NULL;
END
$body$;

-- By key, whatever the planner expects of a transition table and of a function.
CREATE FUNCTION remove_order_products() RETURNS trigger LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $body$
BEGIN
  DELETE FROM order_products AS p USING removed AS r, products_of(r.items) AS product (id)
  WHERE p.product_id = product.id AND p.created_at = r.created_at AND p.order_id = r.id;
  RETURN NULL;
END
$body$;

-- An order's products and creation time never change. A deleted order keeps its rows until its tombstone row is swept.
-- Silos that know this table write its rows themselves, whole batches at once. For those of 1.0.0, which do not record who placed an order, the trigger does.
CREATE TRIGGER orders_products_added AFTER INSERT ON orders
  FOR EACH ROW WHEN (NEW.transitions #>> '{0,actor}' IS NULL) EXECUTE FUNCTION add_order_products();
CREATE TRIGGER orders_products_removed AFTER DELETE ON orders REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION remove_order_products();
