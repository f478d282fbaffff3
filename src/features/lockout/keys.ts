import type { UserId } from '#src/kernel/ids.ts';
import type { Digest } from '#src/kernel/ports.ts';
import { normaliseEmail } from '#src/kernel/text.ts';
import type { Subject } from './lockout.ts';
import type { Candidates } from './store.ts';

/** By which digests counts, devices and links are found. */
export interface Keys {
  /** Every spelling of an address has one; what is no address has one of its own. */
  ofAddress(email: string): string;
  /** Made from the device's digest, so that all of a user's can be found from their known devices. */
  ofDevice(userId: UserId, deviceDigest: string): string;
  digestOfDevice(device: string): string;
  digestOfToken(token: string): string;
  /** Whose count an attempt may be. */
  candidatesOf(subject: Pick<Subject, 'email' | 'owner' | 'device'>): Candidates;
}

export function createKeys(digest: Digest): Keys {
  const keys: Keys = {
    ofAddress: (email) => digest.of('lockout-address', normaliseEmail(email) ?? email),
    ofDevice: (userId, deviceDigest) => digest.of('lockout-device', `${userId}\0${deviceDigest}`),
    digestOfDevice: (device) => digest.of('device', device),
    digestOfToken: (token) => digest.of('unlock', token),
    candidatesOf({ email, owner, device }) {
      const deviceDigest = device === undefined ? undefined : keys.digestOfDevice(device);
      return {
        ...(owner && { userId: owner.id }),
        ...(deviceDigest !== undefined && { deviceDigest }),
        deviceKey: digest.of('lockout-device', `${owner?.id ?? ''}\0${deviceDigest ?? ''}`),
        addressKey: keys.ofAddress(email),
      };
    },
  };
  return keys;
}
