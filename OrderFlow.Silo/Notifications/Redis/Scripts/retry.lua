-- Delays a job whose attempt failed until its next attempt is due.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 worker, 4 entry, 5 deliveries, 6 due at, unix ms, 7 reason
-- Result: 1, or 0 where the worker has lost the lease

local job = get_claimed(ARGV[4], ARGV[3], ARGV[5])
if not job then return 0 end

remove_claimed(ARGV[4])
job.attempts = job.attempts + 1
redis.call('ZADD', delayed, ARGV[6], job.id)
redis.call('HSET', delayed_jobs, job.id, cjson.encode({ job = job, reason = ARGV[7] }))
set_state(job, 'delayed', '-', 0)
increment('failed')
return 1
