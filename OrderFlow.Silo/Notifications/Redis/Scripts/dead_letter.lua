-- The last attempt failed: the job becomes a dead letter.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 worker, 4 entry, 5 deliveries, 6 reason, 7 the most dead letters
-- Result: ids of the oldest dead letters, which went because there were too many; nothing where the worker has lost the job

local job = held(ARGV[4], ARGV[3], ARGV[5])
if not job then return false end

take_out(ARGV[4])
job.attempts = job.attempts + 1
return bury(job, ARGV[6], ARGV[7])
