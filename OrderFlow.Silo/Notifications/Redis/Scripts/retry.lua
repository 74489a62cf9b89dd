-- An attempt failed, and the next is due later.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 worker, 4 entry, 5 deliveries, 6 due at, unix ms, 7 reason
-- Result: 1, or 0 where the worker has lost the job

local job = held(ARGV[4], ARGV[3], ARGV[5])
if not job then return 0 end

take_out(ARGV[4])
job.attempts = job.attempts + 1
redis.call('ZADD', delayed, ARGV[6], job.id)
redis.call('HSET', delayed_jobs, job.id, cjson.encode({ job = job, reason = ARGV[7] }))
remember(job, 'delayed', '-', 0)
count('failed')
return 1
