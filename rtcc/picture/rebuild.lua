-- The end of a rebuilding: let the stream begin where the journal ends, so that whoever follows it goes on from there.
-- Follows tell.lua. ARGV: see tell.lua, the stream's id up to which the picture was rebuilt, when that was written
-- (Unix s), the id of the last raw bytes that the journal has. Returns {1}; {0} where the picture has changed meanwhile.
local upto, at_s, raw = ARGV[2], ARGV[3], ARGV[4]
if call('EXISTS', 'rtcc:changes') == 1 then return { 0 } end

-- An entry that tells nothing: without one the stream would take ids that the journal has already.
call('XADD', 'rtcc:changes', upto, 'c', '[]', 't', 0)
call('RPUSH', 'rtcc:changes:marks', upto .. ' 0')
call('HSET', 'rtcc:counters', 'last', upto, 'changes', 0)
call('HSET', 'rtcc:journal', 'confirmed', upto, 'confirmed_at', at_s, 'total', 0, 'raw', raw)
if raw ~= '0-0' and call('EXISTS', 'rtcc:raw') == 0 then
  call('XADD', 'rtcc:raw', raw, 'b', '')
  call('XDEL', 'rtcc:raw', raw)
end
call('UNLINK', 'rtcc:journal:rebuilding')
return { 1 }
