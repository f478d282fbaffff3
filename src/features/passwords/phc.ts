/** What a PHC string says of itself, its parameters by name: their order is nobody's promise. */
export interface Phc {
  readonly algorithm: string;
  readonly version: number | undefined;
  readonly parameters: ReadonlyMap<string, number>;
  readonly salt: Buffer;
  readonly key: Buffer;
}

const PHC =
  /^\$(?<algorithm>[a-z0-9-]{1,32})(?:\$v=(?<version>\d{1,9}))?\$(?<parameters>[a-z0-9-]{1,32}=\d{1,10}(?:,[a-z0-9-]{1,32}=\d{1,10})*)\$(?<salt>[A-Za-z0-9+/]+)\$(?<key>[A-Za-z0-9+/]+)$/;

/** Reads a PHC string with numbers for parameters, as argon2's are; `undefined` when it is none. */
export function readPhc(text: string): Phc | undefined {
  const { algorithm, version, parameters, salt, key } = PHC.exec(text)?.groups ?? {};
  if (!algorithm || !parameters || !salt || !key) return undefined;
  const pairs = parameters.split(',').map((pair) => pair.split('=') as [string, string]);
  return {
    algorithm,
    version: version === undefined ? undefined : Number(version),
    parameters: new Map(pairs.map(([name, value]) => [name, Number(value)])),
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
}
