-- Tell the stream what changed: the first part of every script that changes the picture. ARGV[1]: how many changes the
-- stream keeps, then a space and "journal" where the journal must have them too before they may go.
local call, stream_length = redis.call, tonumber(string.match(ARGV[1], '%d+'))
local journaled = string.find(ARGV[1], 'journal', 1, true) and (call('HGET', 'rtcc:journal', 'confirmed') or '0-0')

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

local function is_journaled(id)
  if not journaled then return true end
  local ms, number = string.match(id, '(%d+)-(%d+)')
  local last_ms, last_number = string.match(journaled, '(%d+)-(%d+)')
  ms, last_ms = tonumber(ms), tonumber(last_ms)
  return ms < last_ms or (ms == last_ms and tonumber(number) <= tonumber(last_number))
end

-- The stream is bounded by changes, not by entries: a queue beside it remembers how many came before each entry. An
-- entry's "t" is the count of all changes up to it.
local function tell()
  if #told == 0 then return end
  local total = call('HINCRBY', 'rtcc:counters', 'changes', #told)
  call('XADD', 'rtcc:changes', at, 'c', '[' .. table.concat(told, ',') .. ']', 't', total)
  call('HSET', 'rtcc:counters', 'last', at)
  call('RPUSH', 'rtcc:changes:marks', at .. ' ' .. total)
  local trim
  -- A journal that comes back frees very many at once; each batch lets go of a few more than it brings.
  for _ = 1, 100 do
    local id, before = string.match(call('LINDEX', 'rtcc:changes:marks', 0), '(%S+) (%d+)')
    if total - before < stream_length or not is_journaled(id) then break end
    trim = call('LPOP', 'rtcc:changes:marks') and id
  end
  if trim then
    local ms, number = string.match(trim, '(%d+)-(%d+)')
    call('XTRIM', 'rtcc:changes', 'MINID', ms .. '-' .. (number + 1))
    call('HSET', 'rtcc:counters', 'trimmed', trim)
  end
end

local function told_count()
  return #told
end

