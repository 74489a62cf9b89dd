-- Removes a customer's contacts from some of the jobs, and for a while from new ones.
-- KEYS: see shared.lua
-- ARGV: 1 now, 2 retention, 3 user, 4 cursor, 5 about how many contacts to search, 6 how long new jobs get none, ms
-- Result: {removed, next cursor, '0' at the end}

redis.call('SET', contacts_removed .. ARGV[3], 1, 'PX', ARGV[6])
local page = redis.call('HSCAN', contacts, ARGV[4], 'COUNT', ARGV[5])
local removed = 0
for i = 1, #page[2], 2 do
  if cjson.decode(page[2][i + 1]).user == ARGV[3] then
    removed = removed + redis.call('HDEL', contacts, page[2][i])
  end
end
return { removed, page[1] }
