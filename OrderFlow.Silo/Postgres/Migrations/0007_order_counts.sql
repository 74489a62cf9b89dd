-- How many orders there are, kept by every statement that changes orders, so that no list has to count them.

-- What happened since the tables below were brought up to date. Rows are only inserted, so that no writer waits for another.
CREATE TABLE order_count_changes (
  user_id  text    NOT NULL,
  status   text    NOT NULL,
  change   bigint  NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_threshold = -1);

CREATE TABLE order_counts (
  user_id  text    NOT NULL,
  status   text    NOT NULL,
  count    bigint  NOT NULL,
  PRIMARY KEY (user_id, status)
);

CREATE TABLE order_totals (
  status  text    PRIMARY KEY,
  count   bigint  NOT NULL
);

CREATE FUNCTION count_placed_orders() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO order_count_changes (user_id, status, change)
  SELECT user_id, status, count(*) FROM placed WHERE deleted_at IS NULL GROUP BY user_id, status;
  RETURN NULL;
END
$body$;

CREATE FUNCTION count_changed_orders() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO order_count_changes (user_id, status, change)
  SELECT user_id, status, sum(change)
  FROM (
    SELECT user_id, status, -1 AS change FROM was WHERE deleted_at IS NULL
    UNION ALL
    SELECT user_id, status, 1 FROM became WHERE deleted_at IS NULL) AS changes
  GROUP BY user_id, status
  HAVING sum(change) <> 0;
  RETURN NULL;
END
$body$;

CREATE FUNCTION count_removed_orders() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO order_count_changes (user_id, status, change)
  SELECT user_id, status, -count(*) FROM removed WHERE deleted_at IS NULL GROUP BY user_id, status;
  RETURN NULL;
END
$body$;

LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE;  -- nothing may change between the count below and the first trigger

CREATE TRIGGER orders_placed AFTER INSERT ON orders REFERENCING NEW TABLE AS placed
  FOR EACH STATEMENT EXECUTE FUNCTION count_placed_orders();
CREATE TRIGGER orders_changed AFTER UPDATE ON orders REFERENCING OLD TABLE AS was NEW TABLE AS became
  FOR EACH STATEMENT EXECUTE FUNCTION count_changed_orders();
CREATE TRIGGER orders_removed AFTER DELETE ON orders REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION count_removed_orders();

INSERT INTO order_counts SELECT user_id, status, count(*) FROM orders WHERE deleted_at IS NULL GROUP BY user_id, status;
INSERT INTO order_totals SELECT status, sum(count) FROM order_counts GROUP BY status;

-- The list of everybody's orders, newest first.
CREATE INDEX orders_by_time ON orders (created_at DESC, id DESC);
