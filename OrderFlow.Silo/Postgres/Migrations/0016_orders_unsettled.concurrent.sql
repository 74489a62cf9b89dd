-- Replaces orders_unfinished, which does not know consuming orders. Queries of 1.0.0 use it too, because their condition implies its own.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_unsettled ON orders (id) WHERE status = 'pending' OR releasing OR consuming;
