-- Lists the known jobs of an order, oldest event first, without purged ones.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 order, 4 max jobs; the newest are returned
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
-- Ids of one order differ only in their version, where the shorter one is the smaller number.
table.sort(ids, function(a, b) return #a == #b and a < b or #a < #b end)

local function get_message(stream, ref)
  local entry = get_entry(stream, ref)
  return entry and to_table(entry[2]).message or false
end

local function get_job(id)
  local state, attempts, updated, ref, kind = string.match(values[id], '^(%S+) (%S+) (%S+) (%S+) (.*)$')
  if state == 'waiting' then
    local pending = get_pending(ref)
    if pending then
      state, attempts, updated = 'active', attempts + 1, now - pending[3]
    end
    return { id, state, attempts, updated, kind, get_message(jobs, ref) }
  elseif state == 'delayed' then
    local packed = redis.call('HGET', delayed_jobs, id)
    return { id, state, attempts, updated, kind, packed and cjson.decode(packed).job.message or false }
  elseif state == 'sent' then
    return { id, state, attempts, updated, kind, get_message(history, ref) }
  elseif state == 'dead' then
    return { id, state, attempts, updated, kind, get_message(dead, ref) }
  end
end

local listed = {}
for i = math.max(1, #ids - ARGV[4] + 1), #ids do
  listed[#listed + 1] = get_job(ids[i])
end
return listed
