-- Places orders of 2 different products at a steady rate, however long the answers take. Stops before wrk does, so that every order has its answer.
-- Arguments: spread, orders a second of all threads, threads, for how many seconds.
dofile("infra/bench/place.lua")
local ffi = require("ffi")

ffi.cdef("typedef struct { long seconds, nanoseconds; } instant; int clock_gettime(int clock, instant *now);")

local MONOTONIC = 1
local LONG_AFTER_MS = 3600000

local instant = ffi.new("instant")
local interval, next_due, stop

local function now_ms()
  ffi.C.clock_gettime(MONOTONIC, instant)
  return tonumber(instant.seconds) * 1000 + tonumber(instant.nanoseconds) / 1e6
end

local prepare = init

function init(args)
  prepare(args)
  local rate, threads, seconds = tonumber(args[2]), tonumber(args[3]), tonumber(args[4])
  interval = 1000 * threads / rate
  next_due = now_ms() + interval * thread_number / threads
  stop = next_due + seconds * 1000
end

-- wrk asks a connection before each request how many milliseconds it is to wait. Each gets the next moment that is free; what came late is not made up for.
function delay()
  local now = now_ms()
  local due = math.max(next_due, now)
  if due > stop then return LONG_AFTER_MS end
  next_due = due + interval
  return due - now
end
