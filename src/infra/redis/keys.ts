/** Makes the key of one thing. Its id is the hash tag: all that is kept under it is in one slot. */
export type KeyMaker = (id: string) => string;

const NAME = /^[a-z0-9-]+$/;

/** Keys `avian:<room>:<noun>:{<id>}`; with a namespace, for tests that share a server, it comes second. */
export function createKeys(room: string, noun: string, namespace?: string): KeyMaker {
  const names = ['avian', ...(namespace === undefined ? [] : [namespace]), room, noun];
  if (!names.every((name) => NAME.test(name)))
    throw new RangeError('A part of a Redis key is not a name.');
  const prefix = names.join(':');
  return (id) => `${prefix}:{${id}}`;
}
