-- A worker stops before it has begun to send: the job waits again, behind the others, and the attempt does not count.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 worker, 4 entry, 5 deliveries
-- Result: 1, or 0 where the worker has lost the job

local job = held(ARGV[4], ARGV[3], ARGV[5])
if not job then return 0 end

take_out(ARGV[4])
remember(job, 'waiting', wait(job), 0)
return 1
