-- What every load has in common: the users' tokens, counting what goes wrong, and handing the result to bench.sh.
-- wrk runs setup and done in a state of their own, and everything else in one state for each of its threads.

local directory = os.getenv("BENCH_DIR")
local threads = {}

refused = {} -- HTTP status -> answers; global, for done to find

function setup(thread)
  table.insert(threads, thread)
  thread:set("thread_number", #threads)
end

function lines_of(name)
  return io.lines(directory .. "/" .. name)
end

-- Every user's name and the headers that say who asks.
function users()
  local all = {}
  for line in lines_of("tokens") do
    local name, token = line:match("^(%S+) (%S+)$")
    table.insert(all, { name = name, headers = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" } })
  end
  return all
end

-- Costs wrk less than a microsecond a request, and tells a 401 from a 503.
function response(status)
  if status > 399 then
    local key = "HTTP-" .. status
    refused[key] = (refused[key] or 0) + 1
  end
end

local function refused_in_all()
  local sums = {}
  for _, thread in ipairs(threads) do
    for what, count in pairs(thread:get("refused")) do sums[what] = (sums[what] or 0) + count end
  end
  return sums
end

function done(summary, latency)
  local out = assert(io.open(directory .. "/wrk.tsv", "w"))
  local function put(what, count) out:write(what, "\t", tostring(count), "\n") end

  put("requests", summary.requests - summary.errors.status)
  put("elapsed", summary.duration / 1e6)
  put("p50", latency:percentile(50) / 1e3)
  put("p99", latency:percentile(99) / 1e3)
  for _, what in ipairs({ "connect", "read", "write", "timeout" }) do
    if summary.errors[what] > 0 then put(what, summary.errors[what]) end
  end
  for what, count in pairs(refused_in_all()) do put(what, count) end
  out:close()
end
