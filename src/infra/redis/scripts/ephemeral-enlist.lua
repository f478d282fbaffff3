-- Puts a member into an index until an instant; neither it nor the index ever goes earlier than it
-- was to. Members long gone are taken out.
-- KEYS: the index. ARGV: prune up to, expiresAt, ttl, member. Answers 1.
local key = KEYS[1]
redis.call('ZADD', key, 'GT', ARGV[2], ARGV[4])
redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[1])
if redis.call('PTTL', key) < tonumber(ARGV[3]) then redis.call('PEXPIRE', key, ARGV[3]) end
return 1
