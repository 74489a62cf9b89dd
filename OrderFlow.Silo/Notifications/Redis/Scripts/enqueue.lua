-- Enqueues a job, unless its id is known or is that of a dead letter.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 id, 4 order, 5 user, 6 type, 7 message, and optionally 8 traceparent, 9 tracestate
-- Result: 1, or 0 where the job was enqueued before

local job = { id = ARGV[3], order = ARGV[4], user = ARGV[5], type = ARGV[6], message = ARGV[7], attempts = 0, traceparent = ARGV[8], tracestate = ARGV[9] }
if redis.call('HEXISTS', shard_of(job.order), job.id) == 1 or redis.call('HEXISTS', dead_index, job.id) == 1 then
  return 0
end

set_state(job, 'waiting', append(job), 1)
return 1
