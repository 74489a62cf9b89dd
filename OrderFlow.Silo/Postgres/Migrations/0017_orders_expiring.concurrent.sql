-- Finds reserved orders whose time is over. An order that does not expire is not in it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_expiring ON orders (expires_at, id) WHERE status = 'reserved' AND expires_at IS NOT NULL;
