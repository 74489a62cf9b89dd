-- Removes workers that hold no jobs and have not asked for any for a while: every process that ever worked has a name of its own.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 idle ms, 4 the most workers to remove
-- Result: how many were removed

local workers = redis.pcall('XINFO', 'CONSUMERS', jobs, GROUP)
local removed = 0
for _, fields in ipairs(workers) do
  if removed == tonumber(ARGV[4]) then break end
  local worker = read(fields)
  if worker.pending == 0 and worker.idle > tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', jobs, GROUP, worker.name)
    removed = removed + 1
  end
end
return removed
