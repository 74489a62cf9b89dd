-- One page of the dead letters, newest first. Those before the page are read here in pieces, and do not cross the wire.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 remember, 3 how many to skip, 4 how many to tell of, 5 the entry behind which to begin, or nothing
-- Result: {how many there are, entries {entry, fields}}

local READ_AT_ONCE = 200
local from, skip, limit = ARGV[5] == '' and '+' or '(' .. ARGV[5], tonumber(ARGV[3]), tonumber(ARGV[4])
local total = redis.call('XLEN', dead)
if skip >= total or limit == 0 then return { total, {} } end

while skip > 0 do
  local skipped = redis.call('XREVRANGE', dead, from, '-', 'COUNT', math.min(skip, READ_AT_ONCE))
  if #skipped == 0 then break end
  skip = skip - #skipped
  from = '(' .. skipped[#skipped][1]
end
return { total, redis.call('XREVRANGE', dead, from, '-', 'COUNT', limit) }
