import { execPath } from 'node:process';
import type { Measurement } from '../measurement/measurement.js';
import type { InOut } from '../measurement/traffic.js';
import type { Check, Compared } from './check.js';
import { FarEnd } from './far-end.js';
import { CLIENT } from './programs.js';
import { trueOctets } from './true-octets.js';

const BYTES = 20_000_000;
/** A load of which the wire has dropped a frame proves nothing. */
const TRIES = 4;
const LIMIT_MS = 60_000;

/** How a load is measured: by the command itself, as a user would. */
export type Meter = { readonly file: string; readonly isolation: 'veth' | 'host' };

/** Downloads and uploads through an isolation, counted and true. */
export async function measureLoad({ file, isolation }: Meter, family: 'ipv4' | 'ipv6'): Promise<Check> {
  const load = `${family === 'ipv4' ? 'IPv4' : 'IPv6'} TCP, 20 MB each way`;
  try {
    await using far = await FarEnd.open(family, { machine: isolation === 'host' });
    for (let tries = 0; tries < TRIES; tries++) {
      const before = far.counters();
      const measurement = await meter(file, isolation, far);
      const truth = trueOctets(before, far.counters());
      if (truth) return { isolation, load, result: { kind: 'compared', ...compare(measurement, truth) } };
    }
    return { isolation, load, result: { kind: 'failed', reason: 'frames were dropped in each try' } };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { isolation, load, result: { kind: 'failed', reason: reason ?? '' } };
  }
}

async function meter(file: string, isolation: string, far: FarEnd): Promise<Measurement> {
  const command = [execPath, '-e', CLIENT, far.address, `${far.port}`, `${BYTES}`];
  const own = ['--isolation', isolation, '--user', 'root', '--quiet', '--report', '-'];
  const idle = isolation === 'host' ? ['--baseline-idle', '0'] : [];
  const [first = '', ...words] = [...far.here, execPath, file, ...own, ...idle, '--', ...command];
  // Loaded here: most of what doctor does starts nothing.
  const { execa } = await import('execa');
  const { stdout } = await execa(first, words, { timeout: LIMIT_MS, stdin: 'ignore' });
  return JSON.parse(stdout) as Measurement;
}

const compare = ({ traffic: { external }, method }: Measurement, truth: InOut<number>) => {
  const way = (which: 'in' | 'out'): Compared => {
    const counted = external[which].wireOctets;
    const difference = method.agreement?.difference[which] ?? null;
    const second = counted === null || difference === null ? {} : { atSockets: counted - difference };
    return { counted, ...second, truth: truth[which] };
  };
  return { in: way('in'), out: way('out') };
};
