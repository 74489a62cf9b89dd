-- Releases a job that its worker has not begun to send: it waits again, behind the others, and the attempt does not count.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 worker, 4 entry, 5 deliveries
-- Result: 1, or 0 where the worker has lost the lease

local job = get_claimed(ARGV[4], ARGV[3], ARGV[5])
if not job then return 0 end

remove_claimed(ARGV[4])
set_state(job, 'waiting', append(job), 0)
return 1
