-- Queues a dead letter again, with all its attempts before it.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 id
-- Result: 1, also where the job is queued or was sent by now; 0 where there is no such job

local ref, job = find_letter(ARGV[3])
if not job then
  local known_job = recall(ARGV[3])
  return known_job and known_job[1] ~= 'purged' and 1 or 0
end

remove_letter(ref, job.id)
job.attempts = 0
remember(job, 'waiting', wait(job), 1)
return 1
