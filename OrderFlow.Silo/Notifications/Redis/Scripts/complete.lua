-- Completes a sent job.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 worker, 4 entry, 5 deliveries, 6 length of the history
-- Result: 1, or 0 where the worker has lost the lease

local job = get_claimed(ARGV[4], ARGV[3], ARGV[5])
if not job then return 0 end

remove_claimed(ARGV[4])
redis.call('HDEL', contacts, job.id)
job.attempts = job.attempts + 1
local ref = redis.call('XADD', history, 'MAXLEN', '~', ARGV[6], '*', 'id', job.id, 'message', job.message)
set_state(job, 'sent', ref, -1)
increment('processed')
return 1
