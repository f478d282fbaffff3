import type { Keys } from '#src/oidc/keys.ts';
import { shown } from './keys-shown.ts';

export { say } from './keys-shown.ts';

/** The next keys sign from now on, the present ones retire, and new next ones are published (D10). */
export async function run({ keys }: { readonly keys: Pick<Keys, 'rotate'> }) {
  return shown(await keys.rotate());
}
