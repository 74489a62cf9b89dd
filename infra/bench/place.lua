-- Places orders. Argument: spread (2 different products out of 1,000) or hot (every order wants the same one).
dofile("infra/bench/wrk.lua")

local PRODUCTS = 1000
local PREPARED = 4096 -- requests of a thread, made before the load so that making them costs it nothing

local requests = {}

local function product(n)
  return ('{"productId":"bench-%04d","quantity":1}'):format(n)
end

local function two_products()
  local one = math.random(PRODUCTS)
  local other = math.random(PRODUCTS - 1)
  if other >= one then other = other + 1 end
  return product(one) .. "," .. product(other)
end

function init(args)
  local all = users()
  math.randomseed(thread_number)
  for n = 1, PREPARED do
    local user = all[n % #all + 1]
    local items = args[1] == "hot" and product(1) or two_products()
    requests[n] = wrk.format("POST", "/orders", user.headers, ('{"userId":"%s","items":[%s]}'):format(user.name, items))
  end
end

function request()
  return requests[math.random(PREPARED)]
end
