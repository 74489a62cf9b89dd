-- Appends delayed jobs that are due to the waiting ones, in the order in which they are due, and claims the first waiting jobs for a worker.
-- A claimed job keeps the state 'waiting': that it is active follows from the pending list.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 worker, 4 max jobs, 5 max delayed jobs to append
-- Result: claims, see to_claim; none while the queue is paused

if redis.call('EXISTS', paused) == 1 then return {} end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, ARGV[5])) do
  local packed = redis.call('HGET', delayed_jobs, id)
  redis.call('ZREM', delayed, id)
  redis.call('HDEL', delayed_jobs, id)
  if packed then
    local job = cjson.decode(packed).job
    set_state(job, 'waiting', append(job), 0)
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

local claims = {}
for i, entry in ipairs(streams[1][2]) do
  claims[i] = to_claim(entry, 1)
end
return claims
