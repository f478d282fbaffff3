import { connect } from 'node:net';

/** What a server sent back over one connection, until it was closed. */
export interface Reply {
  readonly statuses: readonly number[];
  readonly text: string;
}

/** How long a client waits for a next byte before it goes away. */
const PATIENCE_MS = 150;

/** Sends bytes, each a character below U+0100, as they are, and listens until the server closes the connection or falls silent. */
export function sendBytes(port: number, bytes: string): Promise<Reply> {
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const chunks: Buffer[] = [];
  const socket = connect(port, '127.0.0.1');
  const patience = setTimeout(() => {
    if (socket.writableEnded) socket.destroy();
    socket.end();
    patience.refresh();
  }, PATIENCE_MS);
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    patience.refresh();
  });
  // A reset is an answer too: what counts is what was said before.
  socket.on('error', () => undefined);
  socket.once('close', () => {
    clearTimeout(patience);
    resolve(replyOf(Buffer.concat(chunks).toString('latin1')));
  });
  socket.write(bytes, 'latin1');
  return promise;
}

function replyOf(text: string): Reply {
  const lines = text.matchAll(/^HTTP\/1\.[01] (\d{3}) /gm);
  return { text, statuses: [...lines].map(([, status]) => Number(status)) };
}
