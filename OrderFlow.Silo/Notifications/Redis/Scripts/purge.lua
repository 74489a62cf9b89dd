-- Removes a dead letter.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 id
-- Result: 1, also where it was removed before; 0 where there is no such dead letter

local ref, job = find_letter(ARGV[3])
if not job then
  local known_job = recall(ARGV[3])
  return known_job and known_job[1] == 'purged' and 1 or 0
end

discard_letter(ref, job)
return 1
