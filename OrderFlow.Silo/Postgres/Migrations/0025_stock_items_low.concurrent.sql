CREATE INDEX CONCURRENTLY IF NOT EXISTS stock_items_low ON stock_items (product_id COLLATE "C") WHERE is_low;
