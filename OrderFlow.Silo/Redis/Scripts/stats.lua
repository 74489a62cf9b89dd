-- How many jobs are where.
-- KEYS: see shared.lua
-- ARGV: none
-- Result: {waiting, active, delayed, processed, failed, deadLettered, dead letters now, 1 while paused}

local active = redis.pcall('XPENDING', jobs, GROUP)[1] or 0
local counters = redis.call('HMGET', stats, 'processed', 'failed', 'deadLettered')
return {
  math.max(0, redis.call('XLEN', jobs) - active), active, redis.call('ZCARD', delayed),
  counters[1] or 0, counters[2] or 0, counters[3] or 0,
  redis.call('XLEN', dead), redis.call('EXISTS', paused),
}
