-- Makes a job whose last attempt failed a dead letter.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 worker, 4 entry, 5 deliveries, 6 reason, 7 max dead letters
-- Result: ids of the oldest dead letters, purged beyond the limit; nil where the worker has lost the lease

local job = get_claimed(ARGV[4], ARGV[3], ARGV[5])
if not job then return false end

remove_claimed(ARGV[4])
job.attempts = job.attempts + 1
return dead_letter(job, ARGV[6], ARGV[7])
