-- Enqueues a dead letter again, with all its attempts left.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 id, 4 the operation; empty where it may be repeated, 5 how long the operation is remembered, ms, 6 the request
-- Result: 2 where this operation was carried out before, for another request; 1, also where the job was replayed or sent before; 0 where there is no such job

local operation = ARGV[4] ~= '' and replayed .. ARGV[4]
local request = operation and redis.call('GET', operation)
if request then
  return request == ARGV[6] and 1 or 2
end

local ref, job = find_dead_letter(ARGV[3])
if not job then
  local state = get_state(ARGV[3])
  if not state or state[1] == 'purged' then
    return 0
  end
else
  replay_dead_letter(ref, job)
end

if operation then
  redis.call('SET', operation, ARGV[6], 'PX', ARGV[5])
end
return 1
