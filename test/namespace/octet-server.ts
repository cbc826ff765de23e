import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { program } from '../netmeter.js';
import { once } from '../wait.js';
import type { Wire } from './wire.js';

const PORT = 7080;

export type OctetServer = Disposable & {
  /** Of as many bytes, over IPv4 or IPv6. */
  url(bytes: number, family?: 4 | 6): string;
  readonly port: number;
};

/** A server at a wire's far end that sends as much as it is asked for. */
export async function startOctetServer({ namespace, ipv4, ipv6 }: Wire): Promise<OctetServer> {
  const words = ['netns', 'exec', namespace, 'python3', program('octet-server.py'), `${PORT}`];
  const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  return {
    port: PORT,
    url: (bytes, family = 4) => `http://${family === 4 ? ipv4 : `[${ipv6}]`}:${PORT}/${bytes}`,
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
