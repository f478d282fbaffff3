import { type Finding, readHeads, type Verification } from '#src/features/audit/index.ts';
import { fromEpochMilliseconds } from '#src/kernel/clock.ts';
import { InvalidInput } from '#src/kernel/faults.ts';
import type { Parts } from './open.ts';
import { tenantNamed } from './tenant-named.ts';

export interface VerifyOptions {
  readonly tenant?: string;
  /** Texts that hold heads which were sent out. */
  readonly heads: readonly string[];
  readonly progress: (entries: number) => void;
}

type VerifyParts = Pick<Parts, 'tenancy'> & {
  readonly chains: Pick<Parts['chains'], 'verify'>;
  readonly audit: Pick<Parts['audit'], 'recordAlone'>;
};

/** Goes along the audit log's chains, and tells what was changed behind the product's back (R9.8, P52). */
export async function run(
  { chains, tenancy, audit }: VerifyParts,
  { tenant, heads: texts, progress }: VerifyOptions,
): Promise<Verification> {
  const named = tenant === undefined ? undefined : await tenantNamed(tenancy, tenant);
  const heads = texts.flatMap(headsIn);
  const found = await chains.verify({
    ...(named && { tenantId: named.id }),
    heads,
    progress,
  });
  const { findings: _, ...details } = found;
  await audit.recordAlone({
    action: 'audit.verified',
    outcome: found.wrong === 0 ? 'success' : 'tampered',
    actor: { kind: 'system', id: 'command-line' },
    ...(named && { tenantId: named.id }),
    details: { ...details, heads: heads.length },
  });
  return found;
}

function headsIn(text: string) {
  const heads = readHeads(text, fromEpochMilliseconds);
  if (heads.length === 0) throw new InvalidInput('There is no head in what --head names.');
  return heads;
}

/** Whatever is wrong, the command has failed. */
export function failed({ wrong }: Verification): boolean {
  return wrong > 0;
}

export function say(found: Verification): string {
  const { chains, verified, retired, pending, unsealed, findings, wrong } = found;
  const counts = [
    `${verified} entries in ${chains} chains`,
    ...(retired > 0 ? [`${retired} retired`] : []),
    ...(unsealed > 0 ? [`${unsealed} from before there were seals`] : []),
    ...(pending > 0 ? [`${pending} not yet linked`] : []),
  ].join(', ');
  if (wrong === 0) return `The audit log is whole: ${counts}.`;
  const more = wrong > findings.length ? [`… and ${wrong - findings.length} more.`] : [];
  return [`The audit log was tampered with: ${counts}.`, ...findings.map(line), ...more].join('\n');
}

function line({ wrong, words, tenantId, position, entryId, at }: Finding): string {
  const where = [
    ...(entryId === undefined ? [] : [`entry ${entryId}`]),
    ...(at === undefined ? [] : [`of ${at}`]),
    `tenant ${tenantId}`,
    ...(position === undefined ? [] : [`position ${position}`]),
  ].join(', ');
  return `  ${wrong}: ${where}: ${words}`;
}
