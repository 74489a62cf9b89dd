-- A consumed row refuses every attempt: its units have left the stock at released_at. A script of its own, so that no lock on orders waits for this one.
ALTER TABLE stock_reservations ADD COLUMN consumed boolean NOT NULL DEFAULT false;
