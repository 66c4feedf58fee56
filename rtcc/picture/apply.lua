-- Apply a micro-batch of events to the picture in one step that nobody sees half done: compare versions, write,
-- index, append the effective changes to the stream. The rule it keeps is told in rtcc/model/version.py; the tests
-- hold a plain Python model of it (tests/pure_picture.py) beside this script.
--
-- Follows tell.lua. ARGV, made by writer.py: see tell.lua, ranks (JSON: kind → [field, {pair: rank}]), now (Unix s),
-- tombstone lifetime (s), events and sources, both as JSON. An event is [kind, id, agency, source, digits, names, pairs, nulls,
-- change, leaves]: the version's digits; the fields' names joined by commas ("" = withdrawn); their pairs, that is
-- texts `"name":value`, joined by RS; how many are null; the change as JSON text up to the value of "fields"; the
-- Unix second at which the entity leaves if the word it has on that wins ("0" it stays, "" no word). A source is
-- [name, Unix second last heard, events]. Returns {effective changes, stale events}.
--
-- An entity's hash holds layers: "=" and the names of fields that were last written together → digits source US
-- pairs joined by RS. Each field stands in one layer, a cleared one with the value null. Beside them:
--   @top     the digits of the newest write or withdrawal
--   @gone    the digits of the newest withdrawal: what is not newer does not exist
--   @in      1 while the entity is in the picture;  @agency  who claimed the id;  @changed  its last stream id
-- Nearly every event is newer than all before it and writes the same fields as one before it: then one comparison
-- settles all its fields and one layer is replaced. Everything else takes the long way, field by field.
local DIGITS = 37
local US, RS = '\31', '\30'
local find, sub, byte, concat = string.find, string.sub, string.byte, table.concat

local RANKS = cjson.decode(ARGV[2])
local now, tombstone_s = tonumber(ARGV[3]), tonumber(ARGV[4])
local events, sources = cjson.decode(ARGV[5]), cjson.decode(ARGV[6])
local stale = 0
-- kind → the field that decides when such an entity leaves: its status, or of a unit until when its fix is good.
local LEAVES_BY = { unit = 'stale_at' }
for kind, lifecycle in pairs(RANKS) do LEAVES_BY[kind] = LEAVES_BY[kind] or lifecycle[1] end

local function split(text, separator)
  local list = {}
  for part in string.gmatch(text, '[^' .. separator .. ']+') do list[#list + 1] = part end
  return list
end

local function is_null(pair)
  return sub(pair, -5) == ':null'
end

-- Lua's own comparison of texts follows the server's locale; ours goes byte by byte.
local function greater(a, b)
  for i = 1, math.min(#a, #b) do
    local byte_a, byte_b = byte(a, i), byte(b, i)
    if byte_a ~= byte_b then return byte_a > byte_b end
  end
  return #a > #b
end

local function schedule_leaving(member, leaves)
  if leaves == '0' then
    call('ZREM', 'rtcc:leaving', member)
  elseif leaves ~= '' then
    call('ZADD', 'rtcc:leaving', leaves, member)
  end
end

-- name → {digits, source, pair}, and the names of the layers they came from
local function read_layers(key)
  local known, layers = {}, {}
  local stored = call('HGETALL', key)
  for i = 1, #stored, 2 do
    if byte(stored[i]) == 61 then
      local names, value = split(sub(stored[i], 2), ','), stored[i + 1]
      local us = find(value, US, DIGITS, true)
      local digits, source = sub(value, 1, DIGITS), sub(value, DIGITS + 1, us - 1)
      for n, pair in ipairs(split(sub(value, us + 1), RS)) do known[names[n]] = { digits, source, pair } end
      layers[#layers + 1] = stored[i]
    end
  end
  return known, layers
end

-- Replace the layers of an entity by those of `known`; return whether any field holds a value.
local function write_layers(key, known, layers)
  local by_version, sets, alive = {}, {}, false
  for name, version in pairs(known) do
    local head = version[1] .. version[2] .. US
    local layer = by_version[head] or { {}, {} }
    by_version[head] = layer
    table.insert(layer[1], name)
    if not is_null(version[3]) then alive = true end
  end
  for head, layer in pairs(by_version) do
    -- Sorted, so that an event that writes the same fields again finds its layer.
    table.sort(layer[1], function(a, b) return greater(b, a) end)
    for i, name in ipairs(layer[1]) do layer[2][i] = known[name][3] end
    sets[#sets + 1], sets[#sets + 2] = '=' .. concat(layer[1], ','), head .. concat(layer[2], RS)
  end
  if #layers > 0 then call('HDEL', key, unpack(layers)) end
  if #sets > 0 then call('HSET', key, unpack(sets)) end
  return alive
end

local function newer(kind, name, version, old)
  if not old then return true end
  if version[1] ~= old[1] then return version[1] > old[1] end
  local lifecycle = RANKS[kind]
  if lifecycle and lifecycle[1] == name then
    local rank, old_rank = lifecycle[2][version[3]] or 0, lifecycle[2][old[3]] or 0
    if rank ~= old_rank then return rank > old_rank end
  end
  if version[2] ~= old[2] then return greater(version[2], old[2]) end
  return greater(version[3], old[3])
end

-- Bring an entity into the picture or take it out, whichever is due, and tell the stream; an entity that is out is
-- remembered for a while, so that late events cannot revive it.
local function settle(key, member, was_in, alive, change, renamed, changed)
  local fields = '{' .. concat(changed, ',') .. '}'
  if alive and not was_in then
    call('SADD', 'rtcc:present', member)
    call('ZREM', 'rtcc:tombstones', member)
    call('HSET', key, '@in', '1')
  elseif not alive then
    call('ZADD', 'rtcc:tombstones', math.floor(now + tombstone_s), member)
    call('ZREM', 'rtcc:leaving', member)
    if not was_in then return end
    call('SREM', 'rtcc:present', member)
    call('HDEL', key, '@in')
    fields = 'null'
  end
  if alive and #changed == 0 then return end
  call('HSET', key, '@changed', append(change, renamed, fields))
end

local function withdraw(key, member, renamed, event, stored)
  local agency, digits = event[3], event[5]
  local top, gone, was_in = stored[2], stored[3], stored[4]
  if gone and digits <= gone then
    stale = stale + 1
    return
  end
  local known, layers = read_layers(key)
  local removed = {}
  for name, version in pairs(known) do
    if version[1] <= digits then
      if not is_null(version[3]) then removed[#removed + 1] = '"' .. name .. '":null' end
      known[name] = nil
    end
  end
  local alive = write_layers(key, known, layers)
  if not top or digits > top then top = digits end
  call('HSET', key, '@agency', agency, '@gone', digits, '@top', top)
  settle(key, member, was_in, alive, event[9], renamed, removed)
end

-- The long way: each field against its own version.
local function contest(key, member, renamed, event, stored)
  local kind, agency, source, digits, leaves = event[1], event[3], event[4], event[5], event[10]
  local top, gone, was_in = stored[2], stored[3], stored[4]
  if gone and digits <= gone then
    stale = stale + 1
    return
  end
  local known, layers = read_layers(key)
  local names, changed, any = split(event[6], ','), {}, false
  for i, pair in ipairs(split(event[7], RS)) do
    local name, version = names[i], { digits, source, pair }
    local old = known[name]
    if newer(kind, name, version, old) then
      known[name], any = version, true
      if (old and old[3] ~= pair) or (not old and not is_null(pair)) then changed[#changed + 1] = pair end
      -- One field alone decides whether the entity is on its way out.
      if LEAVES_BY[kind] == name then schedule_leaving(member, leaves) end
    end
  end
  if not any then
    stale = stale + 1
    return
  end
  local alive = write_layers(key, known, layers)
  if not top or digits > top then top = digits end
  call('HSET', key, '@agency', agency, '@top', top)
  settle(key, member, was_in, alive, event[9], renamed, changed)
end

local function write(key, member, renamed, event, stored)
  local source, digits, names, pairs_ = event[4], event[5], event[6], event[7]
  local top, gone, was_in, old = stored[2], stored[3], stored[4], stored[5]
  local first = not top
  -- Nulls alone may take the entity out of the picture, and a new one's are not told: both go the long way.
  local some_value = event[8] < select(2, string.gsub(names, ',', ',')) + 1
  local follows = old and was_in and digits > top and some_value
  if not ((first and event[8] == 0) or follows) or (gone and digits <= gone) then
    return contest(key, member, renamed, event, stored)
  end
  local layer = digits .. source .. US .. pairs_
  schedule_leaving(member, event[10])
  if old and sub(old, find(old, US, DIGITS, true) + 1) == pairs_ then
    -- Said again: newer, but nothing that anyone has to be told.
    call('HSET', key, '=' .. names, layer, '@top', digits)
    return
  end
  local at = append(event[9], renamed, '{' .. string.gsub(pairs_, RS, ',') .. '}')
  if first then
    call('SADD', 'rtcc:present', member)
    call('HSET', key, '@agency', event[3], '@in', '1', '=' .. names, layer, '@top', digits, '@changed', at)
  else
    call('HSET', key, '=' .. names, layer, '@top', digits, '@changed', at)
  end
end

for _, event in ipairs(events) do
  local kind, id, agency = event[1], event[2], event[3]
  local layer = '=' .. event[6]
  local key = 'rtcc:entity:' .. kind .. ':' .. id
  local stored = call('HMGET', key, '@agency', '@top', '@gone', '@in', layer)
  local renamed = false
  if stored[1] and stored[1] ~= agency then
    -- Two agencies may use one id; the first keeps it plain, the other's entity is named "agency/id".
    renamed = agency .. '/' .. id
    id, key = renamed, 'rtcc:entity:' .. kind .. ':' .. renamed
    stored = call('HMGET', key, '@agency', '@top', '@gone', '@in', layer)
  end
  if event[6] == '' then
    withdraw(key, kind .. ':' .. id, renamed, event, stored)
  else
    write(key, kind .. ':' .. id, renamed, event, stored)
  end
end
tell()
for _, source in ipairs(sources) do
  call('HSET', 'rtcc:heard', source[1], source[2])
  call('HINCRBY', 'rtcc:taken', source[1], source[3])
end
call('HINCRBY', 'rtcc:counters', 'applied', #events)
if stale > 0 then call('HINCRBY', 'rtcc:counters', 'stale', stale) end
return { told_count(), stale }
