-- Reads orders. Argument: order or recent (single ones, out of the file orders), or list (the first page of a user's reserved orders).
dofile("infra/bench/wrk.lua")

local orders = {} -- { id, what comes before it in a request, what comes after }

local function prepare_orders()
  local before, after = {}, {}
  for _, user in ipairs(users()) do
    before[user.name], after[user.name] = wrk.format("GET", "/orders/@", user.headers):match("^([^@]*)@(.*)$")
  end
  for line in lines_of("orders") do
    local id, user = line:match("^(%d+)%s(%S+)$")
    table.insert(orders, { id, before[user], after[user] })
  end
end

local function order_request()
  local order = orders[math.random(#orders)]
  return order[2] .. order[1] .. order[3]
end

local function list_requests()
  local requests = {}
  for n, user in ipairs(users()) do
    requests[n] = wrk.format("GET", "/orders?status=reserved&page=1&limit=10", user.headers)
  end
  return function() return requests[math.random(#requests)] end
end

function init(args)
  math.randomseed(thread_number)
  if args[1] == "list" then
    request = list_requests()
  else
    prepare_orders()
    request = order_request
  end
end
