import {
  ACTIONS,
  actionsOf,
  CATEGORIES,
  type Category,
  isCategory,
} from '#src/features/audit/catalogue.ts';

/** `docs/reference/audit-events.md`, from the catalogue itself. */
export function auditEventsPage(): string {
  return [
    '# Audit events',
    '',
    '<!-- Written by `npm run docs` from src/features/audit/catalogue.ts. -->',
    '',
    'Every entry of the audit log has an action of this list, an outcome (`success`, or the reason it was refused for),',
    'the instant, who did it and in which tenant they are, the tenant it concerns, the resource, the address, the user',
    'agent, the id of the request, and details. No secret is among the details; what looks like one is left out, and',
    'control characters and marks that turn the direction of text are replaced.',
    '',
    'GET /api/audit/logs lists entries and GET /api/audit/auth those of the category `authentication`;',
    'GET /api/audit/export answers JSON Lines or CSV.',
    '',
    ...Object.keys(CATEGORIES).filter(isCategory).flatMap(section),
  ].join('\n');
}

function section(category: Category): string[] {
  return [
    `## ${category}`,
    '',
    `${CATEGORIES[category]}.`,
    '',
    '| action | what happened |',
    '|---|---|',
    ...actionsOf(category).map((action) => `| \`${action}\` | ${ACTIONS[action].about} |`),
    '',
  ];
}
