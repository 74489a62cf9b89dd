-- Enqueues a job, unless its id is known or is that of a dead letter.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 id, 4 order, 5 user, 6 type, 7 message, 8 email, 9 locale and 10 details, each empty for none, and optionally 11 traceparent,
--   12 tracestate
-- Result: 1, or 0 where the job was enqueued before

local job = { id = ARGV[3], order = ARGV[4], user = ARGV[5], type = ARGV[6], message = ARGV[7], attempts = 0, traceparent = ARGV[11], tracestate = ARGV[12] }
if ARGV[10] ~= '' then job.details = ARGV[10] end
if redis.call('HEXISTS', shard_of(job.order), job.id) == 1 or redis.call('HEXISTS', dead_index, job.id) == 1 then
  return 0
end

set_state(job, 'waiting', append(job), 1)
if ARGV[8] .. ARGV[9] ~= '' and redis.call('EXISTS', contacts_removed .. job.user) == 0 then
  redis.call('HSET', contacts, job.id, cjson.encode({ user = job.user, email = ARGV[8] ~= '' and ARGV[8] or nil, locale = ARGV[9] ~= '' and ARGV[9] or nil }))
end
return 1
