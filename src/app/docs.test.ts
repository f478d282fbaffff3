import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VARIABLE_NAMES, VARIABLES } from './config/env.ts';
import type { Variable } from './config/values.ts';
import { generatedFiles } from './docs.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The lines of .env.example that would set something. */
const examples = [...read('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
  ([, name = '', value = '']) => [name, value] as const,
);

describe('what is generated', () => {
  it.each(Object.entries(generatedFiles()))('%s is fresh (npm run docs)', (path, text) => {
    expect(read(path)).toBe(text);
  });
});

describe('.env.example', () => {
  it('has every variable once and no other', () => {
    expect(examples.map(([name]) => name)).toEqual(VARIABLE_NAMES);
  });

  it('sets nothing until a line is taken in', () => {
    expect(
      read('.env.example')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#')),
    ).toEqual([]);
  });

  it.each(examples.filter(([, value]) => value !== ''))(
    'gives %s a value that is understood',
    (name, value) => {
      const variable: Variable | undefined = Reflect.get(VARIABLES, name) as Variable | undefined;
      expect(variable?.schema.safeParse(value).success).toBe(true);
    },
  );
});
