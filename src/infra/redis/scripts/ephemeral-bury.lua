-- Removes an entry and keeps its place closed; of two burials the later instant counts.
-- The removal comes first, so that Redis takes a grave when memory has run out too.
-- KEYS: the entry. ARGV: now, until, ttl. Answers 1 when there was an entry.
local key, now = KEYS[1], tonumber(ARGV[1])
local old = redis.call('HMGET', key, 'e', 'b')
if old[2] and tonumber(old[1]) >= tonumber(ARGV[2]) then return 0 end

redis.call('DEL', key)
redis.call('HSET', key, 'b', '1', 'e', ARGV[2])
redis.call('PEXPIRE', key, ARGV[3])
if old[1] and not old[2] and tonumber(old[1]) > now then return 1 end
return 0
