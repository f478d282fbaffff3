-- Writes an entry over whatever stands there, but not on a grave.
-- KEYS: the entry. ARGV: now, expiresAt, ttl, value, count of parts, then name and text of each,
-- then the names of parts to remove. Answers 1 when it wrote.
-- Where memory has run out, Redis refuses a script's first write only: so that is one that takes memory.
local key, now = KEYS[1], tonumber(ARGV[1])
local old = redis.call('HMGET', key, 'e', 'b')
local live = old[1] and tonumber(old[1]) > now

if live and old[2] then return 0 end
if old[1] and not live then redis.call('DEL', key) end

redis.call('HSET', key, 'v', ARGV[4], 'e', ARGV[2])
local named = 5 + 2 * tonumber(ARGV[5])
for i = 6, named, 2 do redis.call('HSET', key, 'p:' .. ARGV[i], ARGV[i + 1]) end
for i = named + 1, #ARGV do redis.call('HDEL', key, 'p:' .. ARGV[i]) end
redis.call('PEXPIRE', key, ARGV[3])
return 1
