grant select, insert, update (passed, violations, closed_until, expires_at), delete on rate_windows to avian_app;
--> statement-breakpoint
-- Judges one request by all of its windows at once, as the Redis script throttle-take.lua does: it passes, and is
-- noted in each, where every one has room. One whose log is full closes for a wait that doubles.
-- Answers, for each in the order given, {passed, oldest, closed_until, violation}; 0 stands for none.
create function take_rate_windows(
  at bigint, keys text[], spans bigint[], limits int[], bases bigint[], longest bigint) returns jsonb
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
  found_windows rate_windows[] := array_fill(null::rate_windows, array[cardinality(keys)]);
  changed boolean[] := array_fill(false, array[cardinality(keys)]);
  answers jsonb[] := array_fill(null::jsonb, array[cardinality(keys)]);
  mine rate_windows;
  passes boolean := true;
  violation int;
  first int;
  i int;
begin
  -- A crash of the server may forget the last fraction of a second: waiting for the disk is not worth that.
  perform set_config('synchronous_commit', 'off', true);

  -- Whoever takes the same windows takes them in the same order.
  for i in select n from unnest(keys) with ordinality as k (key, n) order by key loop
    loop
      select * into mine from rate_windows w where w.key_digest = keys[i] for update;
      exit when found;
      insert into rate_windows (key_digest, passed, violations, closed_until, expires_at)
        values (keys[i], '{}', 0, 0, to_timestamp(at / 1000.0)) on conflict do nothing;
    end loop;
    first := greatest(1, cardinality(mine.passed) - limits[i] + 1);
    while first <= cardinality(mine.passed) and mine.passed[first] <= at - spans[i] loop
      first := first + 1;
    end loop;
    mine.passed := mine.passed[first:];
    changed[i] := first > 1;
    passes := passes and mine.closed_until <= at and cardinality(mine.passed) < limits[i];
    found_windows[i] := mine;
  end loop;

  for i in 1 .. cardinality(keys) loop
    mine := found_windows[i];
    violation := 0;
    if passes then
      -- Another node's clock may be ahead: the log stays in order.
      mine.passed := mine.passed || greatest(at, mine.passed[cardinality(mine.passed)]);
    elsif mine.closed_until <= at and cardinality(mine.passed) >= limits[i] then
      violation := case when at >= mine.closed_until + spans[i] then 1 else mine.violations + 1 end;
      mine.violations := violation;
      mine.closed_until := at + least(bases[i] * 2 ^ least(violation, 40), longest);
    end if;
    if passes or violation > 0 or changed[i] then
      -- By the minute, so that most writes leave the index alone.
      update rate_windows w set
        passed = mine.passed,
        violations = mine.violations,
        closed_until = mine.closed_until,
        expires_at = to_timestamp((greatest(at, mine.closed_until) + spans[i]) / 60000 * 60 + 120)
      where w.key_digest = keys[i];
    end if;
    answers[i] := jsonb_build_array(
      cardinality(mine.passed), coalesce(mine.passed[1], 0), mine.closed_until, violation);
  end loop;
  return to_jsonb(answers);
end $$;
--> statement-breakpoint
revoke all on function take_rate_windows(bigint, text[], bigint[], int[], bigint[], bigint) from public;
--> statement-breakpoint
grant execute on function take_rate_windows(bigint, text[], bigint[], int[], bigint[], bigint) to avian_app;
