-- Does what queueing a job does, on a key of its own, and leaves nothing behind: what a job would be refused for, this is refused for too.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember
-- Result: 1

local probe = known .. 'probe'
redis.call('XADD', probe, '*', 'at', now)
redis.call('UNLINK', probe)
return 1
