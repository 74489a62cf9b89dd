-- Queues a job, unless its id is known or it is a dead letter still.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 id, 4 order, 5 user, 6 type, 7 message, and where somebody traces 8 traceparent, 9 tracestate or nothing
-- Result: 1, or 0 where the job was queued before

local job = { id = ARGV[3], order = ARGV[4], user = ARGV[5], type = ARGV[6], message = ARGV[7], attempts = 0, traceparent = ARGV[8], tracestate = ARGV[9] }
if redis.call('HEXISTS', shard_of(job.order), job.id) == 1 or redis.call('HEXISTS', dead_index, job.id) == 1 then
  return 0
end

remember(job, 'waiting', wait(job), 1)
return 1
