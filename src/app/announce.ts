/** Tells whoever starts an instance what it is made of, a line each with its time. */
export interface Announcer {
  /** Runs `work` and tells what came of it. */
  part<T>(name: string, work: () => Promise<T>, tell: (value: T) => string): Promise<T>;
  say(text: string): void;
  /** The last line: where it answers, and how long the start took. */
  ready(address: string): void;
}

const NAME_WIDTH = 11;
const TEXT_WIDTH = 48;

export function createAnnouncer(write: (line: string) => void, elapsed: () => number): Announcer {
  const line = (name: string, text: string, since: number) => {
    const took = `${((elapsed() - since) / 1000).toFixed(1)} s`;
    write(`  ${name.padEnd(NAME_WIDTH)}${text.padEnd(TEXT_WIDTH)} ${took}\n`);
  };
  return {
    async part(name, work, tell) {
      const since = elapsed();
      const value = await work();
      line(name, tell(value), since);
      return value;
    },
    say: (text) => write(`${text}\n`),
    ready: (address) => line('Ready', address, 0),
  };
}
