-- How many orders of the users whose names begin with :'users' are unsettled since before :'before': pending, releasing or consuming stock.
SELECT count(*) FROM orders
WHERE starts_with(user_id, :'users') AND (releasing OR consuming OR (status = 'pending' AND deleted_at IS NULL))
  AND coalesce((transitions -> -1 ->> 'at')::timestamptz, updated_at) < :'before'::timestamptz;
