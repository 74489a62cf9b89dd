-- Purges a dead letter.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 id
-- Result: 1, also where it was purged before; 0 where there is no such dead letter

local ref, job = find_dead_letter(ARGV[3])
if not job then
  local state = get_state(ARGV[3])
  return state and state[1] == 'purged' and 1 or 0
end

purge_dead_letter(ref, job)
return 1
