-- Apply a micro-batch of events to the picture in one step that nobody sees half done: compare versions, write,
-- index, append the effective changes to the stream. The rule it keeps is told in rtcc/model/version.py; the tests
-- hold a plain Python model of it (tests/pure_picture.py) beside this script.
--
-- ARGV, made by writer.py: ranks (JSON: kind → [field, {encoded status: rank}]), now (Unix s), stream length,
-- tombstone lifetime (s), count of events; then for each event: kind, id, agency, source, version digits, change
-- (JSON text up to the value of "fields"), leaves (Unix s, "0" stays, "" no word), names ("" = withdrawn, else the
-- fields' names joined by commas) and one encoded value for each name; then count of sources, and for each source:
-- name, Unix second last heard, events taken.
-- Returns {effective changes, stale events}.
--
-- An entity's hash holds each field's value as it was encoded (a cleared field is absent), and beside them:
--   @v        the versions, newest first, as layers "digits source US name,name" RS "…"; each field in one layer only
--   @gone     the digits of the newest withdrawal: what is not newer does not exist
--   @agency   the agency that claimed the id;  @changed   the stream id of the last change
-- Most events are newer than all before them, so one comparison with the top layer settles them.
local DIGITS = 37
local US, RS = '\31', '\30'
local call, find, sub, byte, concat = redis.call, string.find, string.sub, string.byte, table.concat

local position = 0
local function take()
  position = position + 1
  return ARGV[position]
end

local RANKS = cjson.decode(take())
local now, stream_length, tombstone_s, events = tonumber(take()), take(), tonumber(take()), tonumber(take())
local effective, stale = 0, 0

local split_before = {}
local function split(names)
  local list = split_before[names]
  if not list then
    list = {}
    for name in string.gmatch(names, '[^,]+') do list[#list + 1] = name end
    split_before[names] = list
  end
  return list
end

-- Lua's own comparison of texts follows the server's locale; ours goes byte by byte.
local function greater(a, b)
  for i = 1, math.min(#a, #b) do
    local byte_a, byte_b = byte(a, i), byte(b, i)
    if byte_a ~= byte_b then return byte_a > byte_b end
  end
  return #a > #b
end

-- name → {digits, source}
local function versions(v)
  local known = {}
  for layer in string.gmatch(v or '', '[^' .. RS .. ']+') do
    local us = find(layer, US, DIGITS, true)
    local version = { sub(layer, 1, DIGITS), sub(layer, DIGITS + 1, us - 1) }
    for _, name in ipairs(split(sub(layer, us + 1))) do known[name] = version end
  end
  return known
end

local function layers(known)
  local by_version, list = {}, {}
  for name, version in pairs(known) do
    local head = version[1] .. version[2] .. US
    if not by_version[head] then
      by_version[head] = {}
      list[#list + 1] = head
    end
    table.insert(by_version[head], name)
  end
  table.sort(list, function(a, b) return sub(a, 1, DIGITS) > sub(b, 1, DIGITS) end)
  for i, head in ipairs(list) do list[i] = head .. concat(by_version[head], ',') end
  return concat(list, RS)
end

local function newer(kind, name, digits, source, value, version, old_value)
  if digits ~= version[1] then return digits > version[1] end
  local lifecycle = RANKS[kind]
  if lifecycle and lifecycle[1] == name then
    local rank, old_rank = lifecycle[2][value] or 0, lifecycle[2][old_value] or 0
    if rank ~= old_rank then return rank > old_rank end
  end
  if source ~= version[2] then return greater(source, version[2]) end
  return greater(value, old_value)
end

local function append(change, id, fields)
  effective = effective + 1
  local entry = change .. fields .. '}'
  local at
  if id then
    at = call('XADD', 'rtcc:changes', 'MAXLEN', '~', stream_length, '*', 'c', entry, 'i', id)
  else
    at = call('XADD', 'rtcc:changes', 'MAXLEN', '~', stream_length, '*', 'c', entry)
  end
  return at
end

local function has_value(key)
  for _, name in ipairs(call('HKEYS', key)) do
    if byte(name) ~= 64 then return true end
  end
  return false
end

-- Take the entity out of the picture but remember its versions, so that late events cannot revive it.
local function bury(member)
  call('ZADD', 'rtcc:tombstones', math.floor(now + tombstone_s), member)
  call('ZREM', 'rtcc:leaving', member)
  return call('SREM', 'rtcc:present', member) == 1
end

local function withdraw(key, member, renamed, agency, digits, change, stored)
  if stored[3] and digits <= stored[3] then
    stale = stale + 1
    return
  end
  local known, gone, alive = versions(stored[2]), {}, {}
  for name, version in pairs(known) do
    if version[1] > digits then alive[name] = version else gone[#gone + 1] = name end
  end
  call('HSET', key, '@agency', agency, '@gone', digits, '@v', layers(alive))
  local removed = #gone > 0 and call('HDEL', key, unpack(gone)) or 0
  if not has_value(key) then
    if bury(member) then call('HSET', key, '@changed', append(change, renamed, 'null')) end
  elseif removed > 0 then
    for i = 1, #gone do gone[i] = '"' .. gone[i] .. '":null' end
    call('HSET', key, '@changed', append(change, renamed, '{' .. concat(gone, ',') .. '}'))
  end
end

-- Which of the event's fields win, and the versions that are then true; nil where none wins.
local function contest(kind, digits, source, names, list, values, stored)
  local v, gone = stored[2], stored[3]
  local head = digits .. source .. US .. names
  if gone and digits <= gone then return nil end
  if not v or v == '' then return true, head end
  if digits > sub(v, 1, DIGITS) then
    local rest = find(v, RS, DIGITS, true)
    if sub(v, find(v, US, DIGITS, true) + 1, rest and rest - 1) == names then
      return true, rest and head .. sub(v, rest) or head
    end
  end
  local known, wins, any = versions(v), {}, false
  local version = { digits, source }
  for i, name in ipairs(list) do
    if not known[name] or newer(kind, name, digits, source, values[i], known[name], stored[i + 3] or 'null') then
      wins[i], any, known[name] = true, true, version
    end
  end
  if not any then return nil end
  return wins, layers(known)
end

local function write(key, member, renamed, kind, agency, source, digits, change, leaves, names, list, values, stored)
  local wins, v = contest(kind, digits, source, names, list, values, stored)
  if not wins then
    stale = stale + 1
    return
  end
  local sets, cleared, changed = { '@v', v, '@agency', agency }, {}, {}
  for i, name in ipairs(list) do
    if wins == true or wins[i] then
      local value = values[i]
      if value ~= (stored[i + 3] or 'null') then
        changed[#changed + 1] = '"' .. name .. '":' .. value
        if value == 'null' then
          cleared[#cleared + 1] = name
        else
          sets[#sets + 1], sets[#sets + 2] = name, value
        end
      end
      -- The lifecycle's field alone decides whether the entity is on its way out.
      if leaves ~= '' and RANKS[kind] and RANKS[kind][1] == name then
        if leaves == '0' then call('ZREM', 'rtcc:leaving', member) else call('ZADD', 'rtcc:leaving', leaves, member) end
      end
    end
  end
  call('HSET', key, unpack(sets))
  if #changed == 0 then
    -- An entity without a value still has to be forgotten one day.
    if not stored[1] then call('ZADD', 'rtcc:tombstones', math.floor(now + tombstone_s), member) end
    return
  end
  local fields = '{' .. concat(changed, ',') .. '}'
  if #cleared > 0 then call('HDEL', key, unpack(cleared)) end
  if #cleared > 0 and not has_value(key) then
    if not bury(member) then return end
    fields = 'null'
  elseif call('SADD', 'rtcc:present', member) == 1 then
    call('ZREM', 'rtcc:tombstones', member)
    if kind == 'detection' then call('ZADD', 'rtcc:leaving', leaves, member) end
  end
  call('HSET', key, '@changed', append(change, renamed, fields))
end

for _ = 1, events do
  local kind, id, agency, source, digits, change = take(), take(), take(), take(), take(), take()
  local leaves, names = take(), take()
  local list, values = split(names), {}
  for i = 1, #list do values[i] = take() end
  local key = 'rtcc:entity:' .. kind .. ':' .. id
  local stored = call('HMGET', key, '@agency', '@v', '@gone', unpack(list))
  local renamed = false
  if stored[1] and stored[1] ~= agency then
    -- Two agencies may use one id; the first keeps it plain, the other's entity is named "agency/id".
    renamed = agency .. '/' .. id
    id, key = renamed, 'rtcc:entity:' .. kind .. ':' .. renamed
    stored = call('HMGET', key, '@agency', '@v', '@gone', unpack(list))
  end
  local member = kind .. ':' .. id
  if names == '' then
    withdraw(key, member, renamed, agency, digits, change, stored)
  else
    write(key, member, renamed, kind, agency, source, digits, change, leaves, names, list, values, stored)
  end
end
for _ = 1, tonumber(take()) do
  local source, heard, taken = take(), take(), take()
  call('HSET', 'rtcc:heard', source, heard)
  call('HINCRBY', 'rtcc:taken', source, taken)
end
call('HINCRBY', 'rtcc:counters', 'applied', events)
if stale > 0 then call('HINCRBY', 'rtcc:counters', 'stale', stale) end
return { effective, stale }
