-- Puts delayed jobs that are due at the end of the waiting ones, those due first before the others, and gives the first of all to a worker.
-- That they are being sent is not written down: the pending list says so.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 worker, 4 the most jobs to give, 5 the most delayed jobs to look at
-- Result: entries {entry, fields}, none while the queue is paused

if redis.call('EXISTS', paused) == 1 then return {} end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, ARGV[5])) do
  local packed = redis.call('HGET', delayed_jobs, id)
  redis.call('ZREM', delayed, id)
  redis.call('HDEL', delayed_jobs, id)
  if packed then
    local job = cjson.decode(packed).job
    remember(job, 'waiting', wait(job), 0)
  end
end

local function read_new()
  return redis.pcall('XREADGROUP', 'GROUP', GROUP, ARGV[3], 'COUNT', ARGV[4], 'STREAMS', jobs, '>')
end

local streams = read_new()
if streams and streams.err and string.find(streams.err, 'NOGROUP', 1, true) then
  redis.call('XGROUP', 'CREATE', jobs, GROUP, '0', 'MKSTREAM')
  streams = read_new()
end
if not streams then return {} end
if streams.err then return streams end
return streams[1][2]
