-- A job was sent.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 worker, 4 entry, 5 deliveries, 6 the length of the history
-- Result: 1, or 0 where the worker has lost the job

local job = held(ARGV[4], ARGV[3], ARGV[5])
if not job then return 0 end

take_out(ARGV[4])
job.attempts = job.attempts + 1
local ref = redis.call('XADD', history, 'MAXLEN', '~', ARGV[6], '*', 'id', job.id, 'message', job.message)
remember(job, 'sent', ref, -1)
count('processed')
return 1
