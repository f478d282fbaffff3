-- Judges one request by all of its windows at once: it passes, and is noted in each, where every one has
-- room. One whose log is full closes for a wait that doubles. Postgres' twin is take_rate_windows.
-- KEYS: of each window its log (a list of instants, oldest first) and its closure (a hash: `v` violations
-- in a row, `u` until when).
-- ARGV: now, the longest wait, then of each window its span, its limit and the base of its wait.
-- Answers, for each, {passed, oldest, closed until, violation}; 0 stands for none.
local now, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
local LINGER = 60000
local windows, passes = {}, true

for i = 1, #KEYS / 2 do
  local w = { log = KEYS[2 * i - 1], closure = KEYS[2 * i], violation = 0 }
  w.span, w.limit, w.base = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local ends = redis.call('HMGET', w.closure, 'u', 'v')
  w.ends, w.violations = tonumber(ends[1] or 0), tonumber(ends[2] or 0)
  w.passed = redis.call('LLEN', w.log)
  w.oldest = tonumber(redis.call('LINDEX', w.log, 0) or 0)
  while w.passed > 0 and (w.oldest <= now - w.span or w.passed > w.limit) do
    redis.call('LPOP', w.log)
    w.passed = w.passed - 1
    w.oldest = tonumber(redis.call('LINDEX', w.log, 0) or 0)
  end
  passes = passes and w.ends <= now and w.passed < w.limit
  windows[i] = w
end

local answers = {}
for i, w in ipairs(windows) do
  if passes then
    -- Another node's clock may be ahead: the log stays in order.
    local at = math.max(now, tonumber(redis.call('LINDEX', w.log, -1) or 0))
    redis.call('RPUSH', w.log, string.format('%d', at))
    redis.call('PEXPIRE', w.log, w.span + LINGER)
    w.passed = w.passed + 1
    if w.oldest == 0 then w.oldest = at end
  elseif w.ends <= now and w.passed >= w.limit then
    w.violation = now >= w.ends + w.span and 1 or w.violations + 1
    local wait = math.min(w.base * 2 ^ math.min(w.violation, 40), longest)
    w.ends = now + wait
    redis.call('HSET', w.closure, 'u', string.format('%d', w.ends), 'v', w.violation)
    redis.call('PEXPIRE', w.closure, wait + w.span + LINGER)
  end
  answers[i] = { w.passed, w.oldest, w.ends, w.violation }
end
return answers
