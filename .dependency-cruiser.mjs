/**
 * The walls: who may import whom (docs/architecture.md). `npm run check:walls` applies them, and
 * src/testing/architecture.test.ts shows that each one fires.
 */
import { Visitor } from '@swc/core/Visitor.js';

// swc's visitor knows no `using` and gives up on a file that has one; visited as a const's, its
// declarations hold the same imports.
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function visit(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  statement.decls = this.visitVariableDeclarators(statement.decls);
  return statement;
};

const rooms = {
  records: ['audit', 'outbox', 'tenancy', 'users'],
  rules: [
    'access',
    'clients',
    'grants',
    'lockout',
    'passwords',
    'resources',
    'sessions',
    'throttle',
    'webhooks',
  ],
  journeys: [
    ...['account', 'email-change', 'monitoring', 'recovery', 'registration', 'sign-in'],
    'verification',
  ],
};

const room = '^src/features/([^/]+)/';
const test = '\\.(test|contract|memory)\\.ts$|/(bench|contract)\\.ts$|^src/testing/';
const adapter = '/[a-z-]+\\.(pg|redis|argon2|file)\\.ts$';
const shelf = (...names) => `^src/features/(${names.flat().join('|')})/`;
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  rule(
    'no-circles',
    'Two files that need each other are one file or three.',
    {},
    { circular: true },
  ),
  rule(
    'kernel-knows-nothing',
    'The kernel is pure.',
    { path: '^src/kernel/', pathNot: test },
    { path: '.', pathNot: '^src/kernel/' },
  ),
  rule(
    'infra-knows-kernel',
    'Adapters know the kernel only.',
    { path: '^src/infra/', pathNot: test },
    { path: '^(src|docs)/', pathNot: '^src/(infra|kernel)/' },
  ),
  rule(
    'http-knows-kernel',
    'The toolkit knows no room.',
    { path: '^src/http/', pathNot: test },
    { path: '^(src|docs)/', pathNot: '^src/(http|kernel)/' },
  ),
  rule(
    'enter-by-the-door',
    'Another room is entered by its index.ts.',
    { path: room, pathNot: test },
    { path: '^src/features/', pathNot: ['^src/features/$1/', '/index\\.ts$'] },
  ),
  rule(
    'own-table-only',
    'A table has one writer.',
    { path: room, pathNot: test },
    { path: '^src/infra/postgres/schema/', pathNot: '/schema/$1\\.ts$' },
  ),
  rule(
    'oidc-tables-only',
    'The provider writes its own tables and no room’s.',
    { path: '^src/oidc/', pathNot: test },
    { path: '^src/infra/postgres/schema/', pathNot: '/schema/oidc\\.ts$' },
  ),
  rule(
    'infra-through-adapters',
    'Only a port’s adapter (store.pg.ts, hasher.argon2.ts) touches infra and its packages.',
    { path: room, pathNot: [adapter, test] },
    { path: '^src/infra/|node_modules/(drizzle-orm|pg|ioredis|argon2|hash-wasm)/' },
  ),
  rule(
    'http-through-pages',
    'Only pages, api and gate know HTTP; the door hands them on.',
    { path: room, pathNot: ['/(pages|api|gate|index)\\.ts$', test] },
    { path: '^src/http/|node_modules/(koa|@koa/[a-z]+)/' },
  ),
  rule(
    'rooms-below-oidc',
    'Rooms know neither provider nor app.',
    { path: '^src/(features|http|infra|kernel)/', pathNot: test },
    { path: '^src/(oidc|app)/|^docs/|node_modules/oidc-provider/' },
  ),
  rule(
    'provider-in-oidc-only',
    'One room knows oidc-provider.',
    { path: '^src/app/', pathNot: test },
    { path: 'node_modules/oidc-provider/' },
  ),
  rule(
    'oidc-by-the-door',
    'So does the provider.',
    { path: '^src/oidc/', pathNot: test },
    { path: '^src/features/', pathNot: '/index\\.ts$' },
  ),
  rule(
    'oidc-below-app',
    'The front desk knows everyone, and nobody knows the front desk.',
    { path: '^src/oidc/', pathNot: test },
    { path: '^src/app/|^docs/' },
  ),
  rule(
    'records-lean-on-records',
    'Downhill only.',
    { path: shelf(rooms.records), pathNot: test },
    { path: '^src/features/', pathNot: shelf(rooms.records) },
  ),
  rule(
    'rules-lean-on-records',
    'Downhill only.',
    { path: shelf(rooms.rules), pathNot: test },
    { path: '^src/features/', pathNot: shelf(rooms.records, rooms.rules) },
  ),
  rule(
    'no-test-code-in-the-product',
    'Doubles and benches stay out.',
    { path: '^(src|docs)/', pathNot: test },
    { path: test },
  ),
  rule(
    'demos-stand-alone',
    'What people copy from docs/connect works outside this repository.',
    { path: '^docs/' },
    { path: '^src/' },
  ),
];

/** @type {import('dependency-cruiser').ICruiseOptions} */
const options = {
  parser: 'swc',
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['import', 'node', 'default', 'types'],
  },
};

export { rooms, test as testCode };
export default { forbidden, options };
