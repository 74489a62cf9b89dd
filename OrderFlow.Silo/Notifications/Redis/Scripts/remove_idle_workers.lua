-- Removes workers that hold no jobs and have claimed none for a while: each process has a name of its own, so they would pile up.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 idle ms, 4 max workers to remove
-- Result: the number of removed workers

local workers = redis.pcall('XINFO', 'CONSUMERS', jobs, GROUP)
local removed = 0
for _, fields in ipairs(workers) do
  if removed == tonumber(ARGV[4]) then break end
  local worker = to_table(fields)
  if worker.pending == 0 and worker.idle > tonumber(ARGV[3]) then
    redis.call('XGROUP', 'DELCONSUMER', jobs, GROUP, worker.name)
    removed = removed + 1
  end
end
return removed
