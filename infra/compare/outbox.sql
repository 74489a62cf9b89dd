-- How many events from before :'before' wait to be published.
SELECT count(*) FROM outbox WHERE occurred_at < :'before'::timestamptz;
