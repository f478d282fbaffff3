/** Run by `npm run lock` after a change of dependencies: makes package-lock.json hold every platform. */
import { readFileSync, writeFileSync } from 'node:fs';
import { complete, type Lockfile } from './lockfile.ts';

const lockfile = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;
writeFileSync('package-lock.json', `${JSON.stringify(complete(lockfile), null, 2)}\n`);
