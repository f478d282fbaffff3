import { verify } from 'argon2';
import { bcryptVerify } from 'hash-wasm';
import { sameSecret } from '#src/infra/crypto/compare.ts';
import { derivePbkdf2, deriveScrypt } from '#src/infra/crypto/derive.ts';
import { readImported } from './imported.ts';

/** bcrypt reads so many bytes, and systems that had longer passwords cut them. */
const BCRYPT_READS = 72;

/** Whether a password is that of another system's hash (R3.2), by whichever scheme made it. */
export async function verifyImported(text: string, password: string): Promise<boolean> {
  const hash = readImported(text);
  if (!hash || password === '') return false;
  if (hash.scheme === 'argon2') return verify(text, password);
  if (hash.scheme === 'bcrypt') {
    const bytes = Buffer.from(password).subarray(0, BCRYPT_READS);
    return bcryptVerify({ password: bytes, hash: text });
  }
  const { salt, key, parameters } = hash;
  const derivation = { password, salt, length: key.length };
  const parameter = (name: string) => parameters.get(name) ?? 0;
  const made =
    hash.scheme === 'pbkdf2'
      ? await derivePbkdf2(derivation, { digest: hash.digest, iterations: parameter('i') })
      : await deriveScrypt(derivation, {
          logN: parameter('ln'),
          r: parameter('r'),
          p: parameter('p'),
        });
  return sameSecret(made.toString('hex'), key.toString('hex'));
}
