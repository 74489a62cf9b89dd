-- Counts the jobs by state.
-- KEYS, ARGV: see shared.lua
-- Result: {waiting, active, delayed, processed, failed, deadLettered, dead letters now, 1 while paused, dead letters purged beyond the limit,
-- messages trimmed from the history}

local active = redis.pcall('XPENDING', jobs, GROUP)[1] or 0
local counters = redis.call('HMGET', stats, 'processed', 'failed', 'deadLettered', 'purged')
return {
  math.max(0, redis.call('XLEN', jobs) - active), active, redis.call('ZCARD', delayed),
  counters[1] or 0, counters[2] or 0, counters[3] or 0,
  redis.call('XLEN', dead), redis.call('EXISTS', paused), counters[4] or 0, math.max(0, (counters[1] or 0) - redis.call('XLEN', history)),
}
