-- Removes an entry; leaves a grave. KEYS: the entry. ARGV: now. Answers 1 when there was an entry.
local key, now = KEYS[1], tonumber(ARGV[1])
local old = redis.call('HMGET', key, 'e', 'b')
if old[2] then return 0 end

redis.call('DEL', key)
if old[1] and tonumber(old[1]) > now then return 1 end
return 0
