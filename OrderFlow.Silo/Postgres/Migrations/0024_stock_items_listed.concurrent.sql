-- Lists, and searches by the beginning of an id, in the order of code points, whatever the collation of the database.
CREATE INDEX CONCURRENTLY IF NOT EXISTS stock_items_listed ON stock_items (product_id COLLATE "C") WHERE archived_at IS NULL;
