-- Hot tables are vacuumed by how many rows are dead, not by which share of them: a share of millions is never reached, and each dead row is read past until then.
-- None of these settings takes a lock that anybody who reads or writes waits for.

-- Each order leaves two dead rows. A vacuum reads all indexes, so that it must not come too often either.
ALTER TABLE orders SET (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_limit = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- Rows of hot products change within their page; those that found no room there are few.
ALTER TABLE stock_items SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_limit = 2000);

-- Releasing changes an index, so that no fill factor would keep a row in its page.
ALTER TABLE stock_reservations SET (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_limit = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- Keys are inserted once and deleted a day later.
ALTER TABLE orleans_grain_state SET (
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_limit = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- Queues: nearly empty, and all that ever was in them is dead. Their vacuums are short, and need no pauses.
ALTER TABLE outbox SET (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE order_count_changes SET (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000000);

-- Changed by each fold, and no index with them: with room in the page a change stays there.
ALTER TABLE order_counts SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE order_totals SET (fillfactor = 50);
