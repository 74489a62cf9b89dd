-- Lists one page of the dead letters, newest first. Those before the page are skipped here in batches and do not cross the network.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 number to skip, 4 page size, 5 entry to continue after, or empty
-- Result: {total, entries {entry, fields}}

local SKIP_BATCH = 200
local from, skip, limit = ARGV[5] == '' and '+' or '(' .. ARGV[5], tonumber(ARGV[3]), tonumber(ARGV[4])
local total = redis.call('XLEN', dead)
if skip >= total or limit == 0 then return { total, {} } end

while skip > 0 do
  local skipped = redis.call('XREVRANGE', dead, from, '-', 'COUNT', math.min(skip, SKIP_BATCH))
  if #skipped == 0 then break end
  skip = skip - #skipped
  from = '(' .. skipped[#skipped][1]
end
return { total, redis.call('XREVRANGE', dead, from, '-', 'COUNT', limit) }
