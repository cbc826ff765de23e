import { execPath } from 'node:process';
import type { Measurement } from '../measurement/measurement.js';
import type { Family, InOut } from '../measurement/traffic.js';
import type { Check, Compared } from './check.js';
import { FarEnd } from './far-end.js';
import { CLIENT } from './programs.js';
import { type LoadRun, runLoad } from './run-load.js';
import { trueOctets } from './true-octets.js';

const BYTES = 20_000_000;
/** A load of which the wire has dropped a frame proves nothing. */
const TRIES = 4;
const NAMES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const satisfies Record<Family, string>;
/** Of isolation/veth/forwarding. */
const NO_IPV6 = 'NO_IPV6';

/** How a load is measured: by the command itself, as a user would. */
export type Meter = { readonly file: string; readonly isolation: 'veth' | 'host' };

/** Downloads and uploads through an isolation, counted and true. */
export async function measureLoad({ file, isolation }: Meter, family: Family): Promise<Check> {
  const load = `${NAMES[family]} TCP, 20 MB each way`;
  try {
    await using far = await FarEnd.open(family, { machine: isolation === 'host' });
    for (let tries = 0; tries < TRIES; tries++) {
      const before = far.counters();
      const { measurement, failure } = await meter(file, isolation, far);
      const lack = measurement && lackOf(measurement, family);
      if (lack) return { isolation, load, result: { kind: 'skipped', reason: lack, cures: [] } };
      if (failure !== undefined || !measurement) throw new Error(failure);
      const truth = trueOctets(before, far.counters());
      if (truth) return { isolation, load, result: { kind: 'compared', ...compare(measurement, truth) } };
    }
    return { isolation, load, result: { kind: 'failed', reason: 'frames were dropped in each try' } };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { isolation, load, result: { kind: 'failed', reason: reason ?? '' } };
  }
}

function meter(file: string, isolation: string, far: FarEnd): Promise<LoadRun> {
  const command = [execPath, '-e', CLIENT, far.address, `${far.port}`, `${BYTES}`];
  const own = ['--isolation', isolation, '--user', 'root', '--quiet', '--report', '-'];
  const idle = isolation === 'host' ? ['--baseline-idle', '0'] : [];
  const [first = '', ...words] = [...far.here, execPath, file, ...own, ...idle, '--', ...command];
  return runLoad(first, words);
}

/** Why the command had no such addresses, as its own run says; undefined: it had. */
export function lackOf({ isolation, warnings }: Measurement, family: Family): string | undefined {
  if (isolation.kind !== 'veth' || isolation.families.includes(family)) return undefined;
  return warnings.find(({ code }) => code === NO_IPV6)?.message ?? `the command had no ${NAMES[family]}`;
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
