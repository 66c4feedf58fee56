-- Let ended entities leave the live picture, and forget tombstones whose time is over.
-- Follows tell.lua. ARGV: see tell.lua, now (Unix s), tombstone lifetime (s), at most so many, received_at (ISO 8601)
-- Returns {entities that left, tombstones forgotten}. A unit that has a status stays however old its fix may be: whoever
-- gives it one, a CAD, still knows of it.
local now, tombstone_s, most = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]

local function has_status(key)
  for _, layer in ipairs(call('HVALS', key)) do
    if string.find(layer, '"status":"', 1, true) then return true end
  end
  return false
end

local function depart(member, key)
  local layers = {}
  for _, name in ipairs(call('HKEYS', key)) do
    if string.byte(name) == 61 then layers[#layers + 1] = name end
  end
  -- What occurred no later than the last word we have is late from now on.
  local top = call('HGET', key, '@top')
  if top then call('HSET', key, '@gone', top) end
  if #layers > 0 then call('HDEL', key, '@in', unpack(layers)) end
  call('ZADD', 'rtcc:tombstones', math.floor(now + tombstone_s), member)
  if call('SREM', 'rtcc:present', member) == 1 then
    local colon = string.find(member, ':', 1, true)
    local change = cjson.encode({ kind = string.sub(member, 1, colon - 1), id = string.sub(member, colon + 1),
      agency = call('HGET', key, '@agency'), source = 'rtcc-retention', occurred_at = ARGV[5], received_at = ARGV[5] })
    call('HSET', key, '@changed', append(string.sub(change, 1, -2) .. ',"fields":', false, 'null'))
  end
end

local gone = 0
for _, member in ipairs(call('ZRANGEBYSCORE', 'rtcc:leaving', '-inf', now, 'LIMIT', 0, most)) do
  local key = 'rtcc:entity:' .. member
  call('ZREM', 'rtcc:leaving', member)
  if string.sub(member, 1, 5) ~= 'unit:' or not has_status(key) then
    depart(member, key)
    gone = gone + 1
  end
end
tell()

local forgotten = call('ZRANGEBYSCORE', 'rtcc:tombstones', '-inf', now, 'LIMIT', 0, most)
for _, member in ipairs(forgotten) do
  call('UNLINK', 'rtcc:entity:' .. member)
  call('ZREM', 'rtcc:tombstones', member)
end
return { gone, #forgotten }
