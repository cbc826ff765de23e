import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import type { Measurement } from '../measurement/measurement.js';
import type { Check, Compared } from './check.js';
import { CLIENT, SERVER } from './programs.js';
import { runLoad } from './run-load.js';

const BYTES = 20_000_000;
/** A connection that the transport has reset, on a busy machine, proves nothing. */
const TRIES = 4;
/** IP and TCP header of a segment, timestamps included. */
const HEADERS = 52;

/**
 * Downloads and uploads through user-mode isolation, to a server of this user's own on this machine. Without root there
 * is no wire to look at: the truth is what a wire of the same MTU carries for these bytes, acknowledgements and retransmissions
 * left out.
 * @param file the command netmeter
 */
export async function measureUserLoad(file: string): Promise<Check> {
  const check = { isolation: 'user-mode', load: 'IPv4 TCP, 20 MB each way' };
  const server = spawn(execPath, ['-e', SERVER, '0.0.0.0', '0'], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const port = line.split(' ')[1] ?? '';
    const down = await meter(file, port, 'get');
    const up = await meter(file, port, 'put');
    const result = { kind: 'compared', in: compare(down, 'in'), out: compare(up, 'out') } as const;
    return { ...check, result };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { ...check, result: { kind: 'failed', reason: reason ?? '' } };
  } finally {
    server.stdin.end();
  }
}

async function meter(file: string, port: string, verb: 'get' | 'put'): Promise<Measurement> {
  const own = [file, '--isolation', 'user-mode', '--quiet', '--report', '-', '--'];
  // The address by which the namespace reaches this machine is only known inside.
  const command = ['sh', '-c', `exec "$0" -e "$1" "$NETMETER_HOST" ${port} ${BYTES} ${verb}`, execPath, CLIENT];
  let run = await runLoad(execPath, [...own, ...command]);
  for (let tries = 1; tries < TRIES && run.failure !== undefined; tries++)
    run = await runLoad(execPath, [...own, ...command]);
  if (run.failure !== undefined || !run.measurement)
    throw new Error(`in each of ${TRIES} tries the load failed, at last: ${run.failure}`);
  return run.measurement;
}

function compare({ isolation, traffic, method }: Measurement, way: 'in' | 'out'): Compared {
  const mtu = 'mtu' in isolation ? isolation.mtu : 1500;
  const segments = Math.ceil(BYTES / (mtu - HEADERS));
  const { wireOctets: counted } = traffic.external[way];
  return { counted, bound: method.errorBound[way], truth: BYTES + segments * HEADERS };
}
