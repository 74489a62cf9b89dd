-- Every order of the users whose names begin with :'users': id, user, status, and 1 where it is settled.
SELECT id, user_id, status, (status <> 'pending' AND NOT releasing)::int
FROM orders
WHERE starts_with(user_id, :'users') AND deleted_at IS NULL
ORDER BY id;
