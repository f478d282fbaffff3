import { describe } from 'vitest';
import { tenantId } from '#src/kernel/ids.ts';
import type { Unit } from '#src/kernel/unit.ts';
import { idempotencyContract } from './idempotency.contract.ts';
import { createIdempotencyMemory } from './idempotency.memory.ts';

describe('idempotency keys in memory', () => {
  const store = createIdempotencyMemory();
  const home = tenantId('0190a0b0-0000-7000-8000-000000000001');
  const scope = { kind: 'system', job: 'test' } as const;
  idempotencyContract(() => ({
    ...{ store, tenantId: home },
    run: (work) => work({ scope } as Unit),
  }));
});
