-- Asks for one list again and again: the file list has a token and an address.
dofile("infra/bench/wrk.lua")

function init()
  for line in lines_of("list") do
    local token, address = line:match("^(%S+) (%S+)$")
    local text = wrk.format("GET", address, { ["Authorization"] = "Bearer " .. token })
    request = function() return text end
  end
end
