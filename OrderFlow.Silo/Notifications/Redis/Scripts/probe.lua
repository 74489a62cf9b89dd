-- Writes as enqueue.lua does, to a key of its own that it removes again: fails for whatever reason enqueueing would.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention
-- Result: 1

local probe = known .. 'probe'
redis.call('XADD', probe, '*', 'at', now)
redis.call('UNLINK', probe)
return 1
