-- How many orders of the users whose names begin with :'users' are under way: pending, or giving stock back.
SELECT count(*) FROM orders
WHERE starts_with(user_id, :'users') AND (releasing OR (status = 'pending' AND deleted_at IS NULL));
