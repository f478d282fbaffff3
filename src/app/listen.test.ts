import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '#src/testing/free-port.ts';
import { listen, type Patience } from './listen.ts';

async function aServer(listener: RequestListener, patience: Partial<Patience> = {}) {
  const port = await freePort();
  const lifecycle = { stopping: false };
  const server = await listen({ listener, lifecycle, patience }, { host: '127.0.0.1', port });
  const stop = () => server[Symbol.asyncDispose]();
  onTestFinished(stop);
  const dial = async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  return { port, lifecycle, stop, dial };
}

const fine: RequestListener = (_, response) => void response.end('fine');
const asked = (path = '/') => `GET ${path} HTTP/1.1\r\nHost: id.example.test\r\n\r\n`;

async function said(socket: Socket): Promise<string> {
  return text(socket);
}

describe('a server that is asked to stop', () => {
  it('answers what is under way, and takes nothing new', async () => {
    const begun = Promise.withResolvers<() => void>();
    const { stop, dial } = await aServer((_, response) =>
      begun.resolve(() => void response.end('done')),
    );
    const waiting = await dial();
    waiting.write(asked());
    const finish = await begun.promise;
    const stopped = stop();
    await expect(dial()).rejects.toThrow('ECONNREFUSED');
    finish();
    expect(await said(waiting)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*done/);
    await stopped;
  });

  it('closes connections that wait for a next request, and those that have been answered', async () => {
    const { stop, dial } = await aServer(fine);
    const idle = await dial();
    idle.write(asked());
    await once(idle, 'data');
    await stop();
    if (!idle.closed) await once(idle.resume(), 'close');
    expect(idle.closed).toBe(true);
  });

  it('cuts off what takes too long', async () => {
    const begun = Promise.withResolvers<void>();
    const { stop, dial } = await aServer(() => begun.resolve(), { ending: 20 });
    const waiting = await dial();
    waiting.write(asked());
    await begun.promise;
    await stop();
    expect(await said(waiting)).toBe('');
  });

  it('asks clients to connect anew before it takes no more', async () => {
    const { lifecycle, port } = await aServer(fine);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const connectionOf = async () => {
      const [response] = (await once(get({ port, agent, host: '127.0.0.1' }), 'response')) as [
        IncomingMessage,
      ];
      await text(response);
      return response.headers.connection;
    };
    expect(await connectionOf()).toBe('keep-alive');
    lifecycle.stopping = true;
    expect(await connectionOf()).toBe('close');
  });
});

describe('clients that dawdle', () => {
  const patience = { headers: 100, request: 200, look: 20 };
  const post = 'POST / HTTP/1.1\r\nHost: id.example.test\r\nContent-Length: 9\r\n\r\nhal';

  it.each([
    ['over their headers', 'GET / HTTP/1.1\r\nHost: id.exa'],
    ['over their body', post],
    ['and say nothing', ''],
  ])('%s are cut off, two hundred at once, while others are served', async (_, beginning) => {
    const { dial } = await aServer((request, response) => {
      request.resume().once('end', () => response.end('fine'));
    }, patience);
    const sockets = await Promise.all(Array.from({ length: 200 }, dial));
    for (const socket of sockets) socket.write(beginning);
    const other = await dial();
    other.end(asked());
    expect(await said(other)).toContain('fine');
    const answers = await Promise.all(sockets.map(said));
    expect(new Set(answers.map((answer) => answer.slice(0, 12)))).toEqual(
      new Set(['HTTP/1.1 408']),
    );
  });
});
