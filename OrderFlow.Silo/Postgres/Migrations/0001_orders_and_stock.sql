-- Orders, stock and the outbox: the tables the grains write through group commit, and people may query.

CREATE SEQUENCE order_ids INCREMENT BY 100;  -- one step is one block of ids: OrderIdSequence.BlockSize

CREATE TABLE orders (
  id            bigint         PRIMARY KEY,
  user_id       text           NOT NULL,
  status        text           NOT NULL CHECK (status IN ('pending', 'reserved', 'failed', 'cancelled')),
  items         jsonb          NOT NULL,
  total_amount  numeric(18,2)  NOT NULL,
  agreed_total  numeric(18,2),                      -- the total the client agreed to; null for no price check
  fail_reason   text,
  attempt       integer        NOT NULL CHECK (attempt >= 1),
  releasing     boolean        NOT NULL,            -- stock of tries up to `attempt` is still to be given back
  transitions   jsonb          NOT NULL,            -- the last 20 changes of status: [{status, version, at}]
  created_at    timestamptz    NOT NULL,
  updated_at    timestamptz    NOT NULL,
  deleted_at    timestamptz,                        -- a tombstone: the id stays taken until the row is purged
  version       bigint         NOT NULL
) WITH (fillfactor = 85);

CREATE INDEX orders_by_status ON orders (status, created_at DESC, id DESC);
CREATE INDEX orders_by_user ON orders (user_id, created_at DESC, id DESC);
CREATE INDEX orders_unfinished ON orders (id) WHERE status = 'pending' OR releasing;
CREATE INDEX orders_deleted ON orders (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE stock_items (
  product_id          text           PRIMARY KEY,
  available_quantity  bigint         NOT NULL CHECK (available_quantity >= 0),
  reserved_quantity   bigint         NOT NULL CHECK (reserved_quantity >= 0),
  unit_price          numeric(18,2)  NOT NULL CHECK (unit_price >= 0),
  version             bigint         NOT NULL,
  updated_at          timestamptz    NOT NULL
) WITH (fillfactor = 50);  -- rows of hot products change all the time: room for updates within the page

-- The durable proof of what each order's try was given. A released row refuses tries up to its own until it is swept.
CREATE TABLE stock_reservations (
  product_id   text           NOT NULL,
  order_id     bigint         NOT NULL,
  attempt      integer        NOT NULL CHECK (attempt >= 1),
  quantity     bigint         NOT NULL CHECK (quantity >= 0),
  unit_price   numeric(18,2)  NOT NULL,
  tentative    boolean        NOT NULL,             -- while its order is unsettled, the pieces may come back
  released_at  timestamptz,
  PRIMARY KEY (product_id, order_id)
);

CREATE INDEX stock_reservations_released ON stock_reservations (released_at) WHERE released_at IS NOT NULL;

-- Events on their way to Kafka, in the column names Debezium's outbox router reads.
CREATE TABLE outbox (
  seq            bigint       GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  id             text         NOT NULL,
  aggregatetype  text         NOT NULL,
  aggregateid    text         NOT NULL,
  type           text         NOT NULL,
  payload        jsonb        NOT NULL,
  partition      smallint     NOT NULL,
  occurred_at    timestamptz  NOT NULL
);

CREATE INDEX outbox_by_partition ON outbox (partition, seq);

-- Rolls the whole batch back where an update met a stale version: group commit then finds out whose write it was.
CREATE FUNCTION require_rows(changed bigint, expected bigint) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  IF changed <> expected THEN
    RAISE EXCEPTION 'stale version: % of % rows changed', changed, expected USING ERRCODE = 'OF001';
  END IF;
END
$body$;
