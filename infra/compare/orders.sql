-- Every order of the users whose names begin with :'users': id, user, status.
SELECT id, user_id, status
FROM orders
WHERE starts_with(user_id, :'users') AND deleted_at IS NULL
ORDER BY id;
