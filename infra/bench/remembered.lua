-- The bytes of the shards that know the jobs of some orders.
-- KEYS: how the key of every shard begins
-- ARGV: 1 the first order, 2 how many orders

local ORDERS_IN_SHARD = 32 -- of Notifications/Redis/Scripts/shared.lua

local bytes = 0
for shard = math.floor(ARGV[1] / ORDERS_IN_SHARD), math.floor((ARGV[1] + ARGV[2] - 1) / ORDERS_IN_SHARD) do
  bytes = bytes + (redis.call('MEMORY', 'USAGE', KEYS[1] .. string.format('%.0f', shard), 'SAMPLES', 0) or 0)
end
return bytes
