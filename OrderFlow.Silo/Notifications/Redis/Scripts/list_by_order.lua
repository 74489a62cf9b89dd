-- All that is known of an order's jobs, oldest event first; purged ones are left out.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 order, 4 the most jobs to tell of, the newest
-- Result: jobs {id, state, attempts, updatedMs, type, message or nil}

local prefix = ARGV[3] .. '-'
local ids, values = {}, {}
local shard = redis.call('HGETALL', shard_of(ARGV[3]))
for i = 1, #shard, 2 do
  if string.sub(shard[i], 1, #prefix) == prefix then
    ids[#ids + 1] = shard[i]
    values[shard[i]] = shard[i + 1]
  end
end
-- Ids of one order differ in their version alone: the shorter is the smaller number.
table.sort(ids, function(a, b) return #a == #b and a < b or #a < #b end)

local function message_at(stream, ref)
  local entry = entry_at(stream, ref)
  return entry and read(entry[2]).message or false
end

local function tell(id)
  local state, attempts, updated, ref, kind = string.match(values[id], '^(%S+) (%S+) (%S+) (%S+) (.*)$')
  if state == 'waiting' then
    local pending = pending_at(ref)
    if pending then
      state, attempts, updated = 'active', attempts + 1, now - pending[3]
    end
    return { id, state, attempts, updated, kind, message_at(jobs, ref) }
  elseif state == 'delayed' then
    local packed = redis.call('HGET', delayed_jobs, id)
    return { id, state, attempts, updated, kind, packed and cjson.decode(packed).job.message or false }
  elseif state == 'sent' then
    return { id, state, attempts, updated, kind, message_at(history, ref) }
  elseif state == 'dead' then
    return { id, state, attempts, updated, kind, message_at(dead, ref) }
  end
end

local told = {}
for i = math.max(1, #ids - ARGV[4] + 1), #ids do
  told[#told + 1] = tell(ids[i])
end
return told
