-- Writes an entry where none is, and no grave.
-- KEYS: the entry. ARGV: now, expiresAt, ttl, value, count of parts, then name and text of each.
-- Answers 1 when it wrote.
local key, now = KEYS[1], tonumber(ARGV[1])
local expires = redis.call('HGET', key, 'e')
if expires and tonumber(expires) > now then return 0 end

if expires then redis.call('DEL', key) end
redis.call('HSET', key, 'v', ARGV[4], 'e', ARGV[2])
local named = 5 + 2 * tonumber(ARGV[5])
for i = 6, named, 2 do redis.call('HSET', key, 'p:' .. ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', key, ARGV[3])
return 1
