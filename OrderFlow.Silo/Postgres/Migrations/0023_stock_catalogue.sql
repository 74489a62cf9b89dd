-- Thresholds, versions of settings, archived products, and what movements explain. No row is rewritten, and 1.0.0 may go on writing beside this.
ALTER TABLE stock_items
  ADD COLUMN low_stock_threshold  bigint,                               -- null for none
  ADD COLUMN is_low               boolean      NOT NULL DEFAULT false,  -- stock.low is the last event of the product
  ADD COLUMN settings_version     bigint       NOT NULL DEFAULT 1,      -- of price and threshold
  ADD COLUMN archived_at          timestamptz,                          -- not listed and unknown to orders; its versions go on when it is restored
  ADD COLUMN recorded_available   bigint       NOT NULL DEFAULT 0,      -- the counts that the product's movements add up to: they differ
  ADD COLUMN recorded_reserved    bigint       NOT NULL DEFAULT 0,      -- from the counts until what 1.0.0 has written is recorded
  ADD CONSTRAINT stock_items_low_stock_threshold_check CHECK (low_stock_threshold >= 0) NOT VALID;

-- An archived product is not counted. 1.0.0 cannot archive.
CREATE FUNCTION add_to_stock_item_count(change bigint) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  UPDATE stock_item_counts SET count = count + change
  WHERE slot = (SELECT slot FROM stock_item_counts ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED);
  IF NOT FOUND THEN
    INSERT INTO stock_item_counts (count) VALUES (change);
  END IF;
END
$body$;

CREATE OR REPLACE FUNCTION count_stock_items() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM add_to_stock_item_count((SELECT count(*) FROM changed) * CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END);
  RETURN NULL;
END
$body$;

CREATE FUNCTION count_archived_stock_item() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM add_to_stock_item_count(CASE WHEN NEW.archived_at IS NULL THEN 1 ELSE -1 END);
  RETURN NULL;
END
$body$;

CREATE TRIGGER stock_items_archived AFTER UPDATE OF archived_at ON stock_items
  FOR EACH ROW WHEN ((OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL)) EXECUTE FUNCTION count_archived_stock_item();

-- A price that 1.0.0 sets is a new version of the settings, too.
CREATE FUNCTION count_settings_version() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.settings_version := OLD.settings_version + 1;
  RETURN NEW;
END
$body$;

CREATE TRIGGER stock_items_priced BEFORE UPDATE OF unit_price ON stock_items
  FOR EACH ROW WHEN (NEW.unit_price <> OLD.unit_price AND NEW.settings_version = OLD.settings_version) EXECUTE FUNCTION count_settings_version();

-- Every change of a product's counts; their sum is the stock. Written in the transaction of the change.
CREATE TABLE stock_movements (
  product_id       text         COLLATE "C" NOT NULL,
  version          bigint       NOT NULL,  -- of the product, after the write
  ordinal          integer      NOT NULL,  -- within the write
  kind             text         NOT NULL,
  available_delta  bigint       NOT NULL,
  reserved_delta   bigint       NOT NULL,
  order_id         bigint,
  actor            text,
  reason           text,
  occurred_at      timestamptz  NOT NULL,
  PRIMARY KEY (product_id, version, ordinal)
) WITH (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_limit = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- What people did among what orders do, which is most.
CREATE INDEX stock_movements_by_people ON stock_movements (product_id, version, ordinal) WHERE order_id IS NULL;

-- Commands of admins that were carried out, and their answers: one that is repeated is answered as the first time.
CREATE TABLE stock_operations (
  product_id   text         COLLATE "C" NOT NULL,
  id           text         COLLATE "C" NOT NULL,
  fingerprint  text         NOT NULL,
  request_id   uuid         NOT NULL,
  answer       jsonb        NOT NULL,
  used_at      timestamptz  NOT NULL,
  PRIMARY KEY (product_id, id)
);
CREATE INDEX stock_operations_by_time ON stock_operations (used_at);

-- Events of products on their way to Kafka, apart from those of orders, whose relay takes the aggregate's id for an order's.
CREATE TABLE stock_outbox (
  seq          bigint       GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  id           text         NOT NULL,
  product_id   text         NOT NULL,
  type         text         NOT NULL,
  payload      jsonb        NOT NULL,
  partition    smallint     NOT NULL,
  occurred_at  timestamptz  NOT NULL,
  traceparent  text,
  tracestate   text
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000000);
CREATE INDEX stock_outbox_by_partition ON stock_outbox (partition, seq);
