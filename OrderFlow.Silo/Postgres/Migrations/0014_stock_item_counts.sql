-- The number of stock items is the sum of these rows. Every statement that adds or removes items updates it, so that no list has to count them.
-- A statement updates a row that no other has locked, or adds one: no writer waits for another, and there are at most as many rows as there were concurrent writers.
CREATE TABLE stock_item_counts (
  slot   integer  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  count  bigint   NOT NULL
);

CREATE FUNCTION count_stock_items() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  change bigint := (SELECT count(*) FROM changed) * CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END;
BEGIN
  UPDATE stock_item_counts SET count = count + change
  WHERE slot = (SELECT slot FROM stock_item_counts ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED);
  IF NOT FOUND THEN
    INSERT INTO stock_item_counts (count) VALUES (change);
  END IF;
  RETURN NULL;
END
$body$;

LOCK TABLE stock_items IN SHARE ROW EXCLUSIVE MODE;  -- nothing may change between the count below and the first trigger

CREATE TRIGGER stock_items_added AFTER INSERT ON stock_items REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stock_items();
CREATE TRIGGER stock_items_removed AFTER DELETE ON stock_items REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION count_stock_items();

INSERT INTO stock_item_counts (count) SELECT count(*) FROM stock_items;

-- The health check writes to this sequence: setting it is a commit like any other, and leaves no row behind.
CREATE SEQUENCE write_probe;
