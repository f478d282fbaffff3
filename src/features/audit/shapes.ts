import { z } from 'zod';
import { type Action, CATEGORIES, isAction, isCategory } from './catalogue.ts';
import type { ListedEntry } from './listed.ts';
import type { Filter } from './reading.ts';

const text = z.string().min(1).max(255);
const instant = z.iso.datetime({ offset: true }).pipe(z.coerce.date());

/** One action or several, separated by commas. */
const actions = z
  .string()
  .max(4096)
  .transform((said, context): readonly Action[] => {
    const names = said.split(',');
    const unknown = names.find((name) => !isAction(name));
    if (unknown !== undefined) context.addIssue(`There is no action ${unknown}.`);
    return names.filter(isAction);
  });

/** What entries are chosen by, as a query writes it. */
export const filterShape = {
  from: instant.exactOptional().meta({ description: 'Not before this instant.' }),
  to: instant.exactOptional().meta({ description: 'Before this instant.' }),
  action: actions.exactOptional().meta({ description: 'One of these, separated by commas.' }),
  category: z.enum(Object.keys(CATEGORIES).filter(isCategory)).exactOptional(),
  actor: text.exactOptional().meta({ description: 'The id of who did it.' }),
  resourceType: text.exactOptional(),
  resourceId: text.exactOptional(),
  outcome: text.exactOptional().meta({ description: 'success, or the reason of a refusal.' }),
  requestId: text.exactOptional(),
  address: text.exactOptional(),
  user: text.exactOptional().meta({
    description: 'The id or address of who did it or whom it was done to.',
  }),
};

const Query = z.strictObject(filterShape);

/** The filter that a query asks for, whatever else it asks. */
export function filterOf(query: z.output<typeof Query>): Filter {
  const { action, ...rest } = query;
  const known = Object.entries(rest).filter(([name]) => Object.hasOwn(filterShape, name));
  return { ...Object.fromEntries(known), ...(action && { actions: action }) };
}

/** The query that asks for a filter. */
export function queryOf({ from, to, actions, ...rest }: Filter): Readonly<Record<string, string>> {
  return {
    ...rest,
    ...(from && { from: from.toISOString() }),
    ...(to && { to: to.toISOString() }),
    ...(actions && { action: actions.join(',') }),
  };
}

const Tenant = z
  .strictObject({ id: z.string(), slug: z.string().nullable(), name: z.string().nullable() })
  .meta({ id: 'AuditTenant' });

const called = { name: z.string().nullable(), email: z.string().nullable() };

/** A `ListedEntry`: every field is there, null where there is nothing to say. */
export const AuditEntryAnswer = z
  .strictObject({
    id: z.uuid(),
    at: z.iso.datetime(),
    category: z.enum(Object.keys(CATEGORIES).filter(isCategory)).nullable(),
    action: z.string(),
    outcome: z.string().meta({ description: 'success, or the reason of a refusal.' }),
    tenant: Tenant.nullable().meta({ description: 'Which it concerns; null for the server.' }),
    actor: z.strictObject({
      kind: z.enum(['user', 'client', 'visitor', 'system']),
      id: z.string().nullable(),
      ...called,
      tenant: Tenant.nullable(),
    }),
    resource: z.strictObject({ type: z.string(), id: z.string().nullable(), ...called }).nullable(),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' }) satisfies z.ZodType<ListedEntry>;
