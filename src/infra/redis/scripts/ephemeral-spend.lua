-- Marks an entry spent. KEYS: the entry. ARGV: now. Answers 1 to the first who asks.
local key, now = KEYS[1], tonumber(ARGV[1])
local old = redis.call('HMGET', key, 'e', 'b', 's')
if not old[1] or tonumber(old[1]) <= now or old[2] or old[3] then return 0 end

redis.call('HSET', key, 's', ARGV[1])
return 1
