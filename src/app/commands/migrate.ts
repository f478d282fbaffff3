import type { Database } from '../database.ts';

interface Migrated {
  /** The names of the migrations, in their order. */
  readonly applied: readonly string[];
}

/** Brings the schema up to date (R1.6). */
export async function run(database: Pick<Database, 'migrate'>): Promise<Migrated> {
  return { applied: await database.migrate() };
}

export function say({ applied }: Migrated): string {
  if (applied.length === 0) return 'The schema is up to date.';
  return ['Applied:', ...applied.map((name) => `  ${name}`)].join('\n');
}
