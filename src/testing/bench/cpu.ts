import { readFileSync, readlinkSync } from 'node:fs';

/** Ticks in a second, on every Linux there is. */
const TICKS = 100;

/**
 * Processor time that a process has taken, with its threads and with its children that run the same
 * program: the ones that hash passwords. Linux only.
 */
export function cpuSecondsOf(pid: number): number {
  const program = programOf(pid);
  const children = childrenOf(pid).filter((child) => programOf(child) === program);
  return children.reduce((sum, child) => sum + cpuSecondsOf(child), ownSecondsOf(pid));
}

/** Fields 14 to 17 of proc(5): its own time, and that of children it has outlived. */
function ownSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).map(Number);
  return ticks.reduce((sum, some) => sum + some, 0) / TICKS;
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

function programOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/exe`);
}
