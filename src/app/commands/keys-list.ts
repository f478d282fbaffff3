import type { Keys } from '#src/oidc/keys.ts';
import { shown } from './keys-shown.ts';

export { say } from './keys-shown.ts';

/** The signing keys and their states; the first ones are made where there are none. */
export async function run({ keys }: { readonly keys: Pick<Keys, 'list'> }) {
  return shown(await keys.list());
}
