import { fileURLToPath } from 'node:url';

/** The rules as browsers get them: the very file that this room imports, under the name pages know it by (R6.7). */
export const rulesScript = {
  name: 'password-rules.js',
  path: fileURLToPath(new URL('./rules.js', import.meta.url)),
} as const;
