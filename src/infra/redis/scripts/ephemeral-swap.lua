-- Puts a value in place of the one expected.
-- KEYS: the entry. ARGV: now, expiresAt, ttl, expected, next. Answers 1 when it did.
local key, now = KEYS[1], tonumber(ARGV[1])
local old = redis.call('HMGET', key, 'e', 'v')
if not old[1] or tonumber(old[1]) <= now or old[2] ~= ARGV[4] then return 0 end

redis.call('HSET', key, 'v', ARGV[5], 'e', ARGV[2])
redis.call('PEXPIRE', key, ARGV[3])
return 1
