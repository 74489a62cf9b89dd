-- Enqueues a dead letter again, with all its attempts left.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 id
-- Result: 1, also where the job was replayed or sent before; 0 where there is no such job

local ref, job = find_dead_letter(ARGV[3])
if not job then
  local state = get_state(ARGV[3])
  return state and state[1] ~= 'purged' and 1 or 0
end

remove_dead_letter(ref, job.id)
job.attempts = 0
set_state(job, 'waiting', append(job), 1)
return 1
