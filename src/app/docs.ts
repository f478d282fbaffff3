import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openApiFile, permissionsPage } from './api-reference.ts';
import { auditEventsPage } from './audit-events-page.ts';
import { limitsPage } from './config/limits-page.ts';
import { configurationPage, exampleFile } from './config/reference.ts';

/** Files that are generated, by their path in the project: `npm run docs` writes them, a test compares. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    '.env.example': exampleFile(),
    'docs/reference/audit-events.md': auditEventsPage(),
    'docs/reference/configuration.md': configurationPage(),
    'docs/reference/limits.md': limitsPage(),
    'docs/reference/openapi.json': openApiFile(),
    'docs/reference/permissions.md': permissionsPage(),
  };
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..');
  for (const [path, text] of Object.entries(generatedFiles())) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
