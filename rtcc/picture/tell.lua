-- Tell the stream what changed: the first part of every script that changes the picture. ARGV[1]: stream length.
local call, stream_length = redis.call, tonumber(ARGV[1])

-- One entry of the stream holds all changes of a batch, so its id is chosen before the first of them is made.
local at
local function entry_id()
  if not at then
    local time, last = call('TIME'), call('HGET', 'rtcc:counters', 'last') or '0-0'
    local last_ms, last_number = string.match(last, '(%d+)-(%d+)')
    local ms = time[1] * 1000 + math.floor(time[2] / 1000)
    if ms > tonumber(last_ms) then
      at = string.format('%.0f-0', ms)
    else
      at = last_ms .. '-' .. (last_number + 1)
    end
  end
  return at
end

local told = {}
local function append(change, renamed, fields)
  if renamed then fields = fields .. ',"id":' .. cjson.encode(renamed) end
  told[#told + 1] = change .. fields .. '}'
  return entry_id()
end

-- The stream is bounded by changes, not by entries: a queue beside it remembers how many came before each entry.
local function tell()
  if #told == 0 then return end
  call('XADD', 'rtcc:changes', at, 'c', '[' .. table.concat(told, ',') .. ']')
  call('HSET', 'rtcc:counters', 'last', at)
  local total = call('HINCRBY', 'rtcc:counters', 'changes', #told)
  call('RPUSH', 'rtcc:changes:marks', at .. ' ' .. total)
  local trim
  while true do
    local id, before = string.match(call('LINDEX', 'rtcc:changes:marks', 0), '(%S+) (%d+)')
    if total - before < stream_length then break end
    trim = call('LPOP', 'rtcc:changes:marks') and id
  end
  if trim then
    local ms, number = string.match(trim, '(%d+)-(%d+)')
    call('XTRIM', 'rtcc:changes', 'MINID', ms .. '-' .. (number + 1))
  end
end

local function told_count()
  return #told
end

