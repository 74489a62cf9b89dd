-- How many orders of the users whose names begin with :'users' are reserved for a limited time.
SELECT count(*) FROM orders WHERE starts_with(user_id, :'users') AND status = 'reserved' AND expires_at IS NOT NULL;
