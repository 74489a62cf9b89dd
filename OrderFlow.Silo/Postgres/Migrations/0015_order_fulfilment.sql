-- Confirmed, fulfilled and expiring orders. No row is rewritten, and 1.0.0 may go on writing beside this: its statements name their columns.
ALTER TABLE orders
  ADD COLUMN consuming      boolean      NOT NULL DEFAULT false,  -- units of a fulfilled order are still to leave the stock
  ADD COLUMN reserve_for    interval,                             -- how long stock stays reserved unless the order is confirmed; null for no limit
  ADD COLUMN expires_at     timestamptz,                          -- when the reservation expires; null but on a reserved order
  ADD COLUMN cancel_reason  text,                                 -- null on orders that 1.0.0 cancelled
  ADD COLUMN tracking       jsonb,                                -- {carrier, number, url} of a fulfilled order
  DROP CONSTRAINT orders_status_check,
  ADD CONSTRAINT orders_status_check CHECK (status IN ('pending', 'reserved', 'failed', 'cancelled', 'confirmed', 'fulfilled')) NOT VALID;
