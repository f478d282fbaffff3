import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Before anything else is imported. Where the folder cannot be written to, nothing is kept.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/avian', import.meta.url)));
const { machineTerminal } = await import('./commands/machine-terminal.ts');
const { runProgram } = await import('./commands/program.ts');

process.exitCode = await runProgram(process.argv.slice(2), machineTerminal());
