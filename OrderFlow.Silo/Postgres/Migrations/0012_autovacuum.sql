-- Hot tables are vacuumed by the number of dead rows rather than by their share: a share of millions is rarely reached, and until then scans read past each dead row.
-- None of these settings takes a lock that blocks reads or writes.

-- Each order leaves two dead rows. A vacuum reads all indexes, so it must not run too often either.
ALTER TABLE orders SET (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_limit = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- Updates of hot products mostly stay within their page (HOT), so few rows need a vacuum.
ALTER TABLE stock_items SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_limit = 2000);

-- Releasing changes an index, so that no fill factor would keep a row in its page.
ALTER TABLE stock_reservations SET (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_limit = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- Keys are inserted once and deleted a day later.
ALTER TABLE orleans_grain_state SET (
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_limit = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- Queues: nearly empty, and full of dead rows. Their vacuums are short and need no pauses.
ALTER TABLE outbox SET (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE order_count_changes SET (autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000000);

-- Every merge of changes updates these rows and no indexed column: with free space in the page the update stays there (HOT).
ALTER TABLE order_counts SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE order_totals SET (fillfactor = 50);
