-- How many events from before :'before' wait to be published.
SELECT count(*) FROM (SELECT occurred_at FROM outbox UNION ALL SELECT occurred_at FROM stock_outbox) AS waiting WHERE occurred_at < :'before'::timestamptz;
