/** What of package-lock.json (version 3) matters here. */
export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * The packages for other platforms that a dependency names and the lockfile leaves out.
 *
 * A registry mirror that serves one platform only makes npm write such a lockfile, and `npm ci`
 * refuses it everywhere.
 */
export function absentPlatforms(lockfile: Lockfile): Record<string, LockedPackage> {
  const absent: Record<string, LockedPackage> = {};
  for (const [place, dependent] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(dependent.optionalDependencies ?? {})) {
      const places = [`node_modules/${name}`, `${place}/node_modules/${name}`];
      if (places.some((candidate) => candidate in lockfile.packages)) continue;
      absent[`node_modules/${name}`] = platformPackage(name, version, dependent.dev === true);
    }
  }
  return absent;
}

/** The lockfile with every platform's package in it, in npm's order. */
export function complete(lockfile: Lockfile): Lockfile {
  const packages = { ...lockfile.packages, ...absentPlatforms(lockfile) };
  const inOrder = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lockfile, packages: Object.fromEntries(inOrder) };
}

/** npm reads a package's platform from the lockfile; the name says it, as such packages are named. */
function platformPackage(name: string, version: string, dev: boolean): LockedPackage {
  const words = name.split(/[/-]/);
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (os === undefined || cpu === undefined) throw new Error(`Not named for a platform: ${name}`);
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : ['glibc'];
  return {
    version,
    cpu: [cpu],
    ...(dev && { dev }),
    ...(os === 'linux' && { libc }),
    optional: true,
    os: [os],
  };
}
