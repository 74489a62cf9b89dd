-- Every event there must be of the orders of the users whose names begin with :'users': its id, its topic, and whether the customer is told of it.
-- Each change of status is one event; an order remembers the last 20. The tombstone of a deleted order still has them, but its notifications are gone.
-- Customers are told of the events that Notifications__Events has by default.
SELECT format('%s-%s', id, version), 'order.' || event, (deleted_at IS NULL AND event IN ('reserved', 'failed', 'cancelled', 'fulfilled'))::int
FROM (
  SELECT o.id, o.deleted_at, t.version,
    CASE WHEN t.status <> 'pending' THEN t.status WHEN t.version = 1 THEN 'created' ELSE 'reopened' END AS event
  FROM orders AS o, jsonb_to_recordset(o.transitions) AS t(status text, version bigint)
  WHERE starts_with(o.user_id, :'users')
) AS told
ORDER BY id, version;
