import { LIMITS, limitsWith, type Overrides } from '#src/features/throttle/policies.ts';
import { done, type Outcome, refused } from '#src/kernel/outcome.ts';
import { listed } from './networks.ts';

/** The limits there are, by the names that configuration knows them by. */
const LIMIT_NAMES: readonly string[] = Object.values(LIMITS).flatMap(({ policies }) =>
  policies.map(({ name }) => name),
);

/** `NAME=NUMBER`, several with commas; or `off`. */
export function parseLimits(text: string): Outcome<Overrides | 'off', string> {
  if (text.trim() === 'off') return done('off');
  const pairs = listed(text).map((entry) => /^([a-z-]+)=(\d{1,5})$/.exec(entry) ?? []);
  const entries = pairs.map(([, name = '', number]) => [name, Number(number)] as const);
  if (entries.some(([name]) => !LIMIT_NAMES.includes(name)))
    return refused(`must be "off", or NAME=NUMBER of ${LIMIT_NAMES.join(', ')}`);
  try {
    const overrides: Overrides = Object.fromEntries(entries);
    limitsWith(overrides);
    return done(overrides);
  } catch (error) {
    // The room says itself which number is no limit.
    if (error instanceof RangeError) return refused(error.message);
    throw error;
  }
}
