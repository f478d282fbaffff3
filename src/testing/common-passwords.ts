/**
 * Makes the file of common passwords that the product ships, of the list in `@zxcvbn-ts/language-common`
 * (MIT): `node src/testing/common-passwords.ts`. Each is five bytes of the SHA-256 of its folded form, in
 * ascending order.
 */
import { writeFileSync } from 'node:fs';
import { dictionary } from '@zxcvbn-ts/language-common';
import { COMMON_PASSWORDS_FILE, entryOf } from '#src/features/passwords/common.file.ts';
import { folded } from '#src/features/passwords/rules.js';

/** The passwords as they are listed. */
export function listedPasswords(): readonly string[] {
  return dictionary['passwords-common'].map(String);
}

/** The file's bytes. */
export function commonPasswords(): Buffer {
  const entries = new Set(listedPasswords().map((password) => entryOf(folded(password))));
  const sorted = [...entries].toSorted((one, other) => one - other);
  return Buffer.concat(sorted.map(bytesOf));
}

function bytesOf(entry: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUIntBE(entry, 0, 5);
  return bytes;
}

if (import.meta.main) writeFileSync(COMMON_PASSWORDS_FILE, commonPasswords());
