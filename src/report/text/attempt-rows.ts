import type { Attempt } from '../../measurement/isolation.js';
import type { Measurement } from '../../measurement/measurement.js';
import { exact, packetsWord, rounded } from '../format-octets.js';
import { visible } from '../visible.js';
import type { Paint } from './paint.js';
import { row } from './rows.js';

/** More than this are only counted; the JSON report has them all. */
const SHOWN = 5;

/** What was refused beyond a limit, each way. */
export function blockedRows({ traffic: { blocked }, budget }: Measurement, paint: Paint): string[] {
  if (!blocked || !budget?.ended) return [];
  return (['in', 'out'] as const).flatMap((way) => {
    const { ipOctets, packets } = blocked[way];
    const [short, whole] = [rounded(ipOctets), `${exact(ipOctets)} B`];
    const amount = `${short} ${way}${short === whole ? '' : ` (${whole})`}, ${exact(packets)} ${packetsWord(packets)} refused`;
    return packets === 0 ? [] : [row('blocked', amount, paint.yellow)];
  });
}

/** What a command was refused: a line each, the most frequent first. */
export function attemptRows({ attempts }: Measurement, paint: Paint): string[] {
  if (attempts === undefined) return [];
  if (attempts === null) return [row('blocked', 'unknown: this kernel cannot list it (nf_tables)')];
  const shown = attempts.slice(0, SHOWN).map((attempt) => row('blocked', attemptText(attempt), paint.yellow));
  const others = attempts.length - shown.length;
  return others > 0 ? [...shown, row('blocked', `${exact(others)} others`)] : shown;
}

function attemptText({ address, protocol, port, packets, names }: Attempt): string {
  const host = address.includes(':') ? `[${address}]` : address;
  const place = `${host}${port === null ? '' : `:${port}`}`;
  const [name] = names ?? [];
  return `${protocol} ${place}${name === undefined ? '' : ` (${visible(name)})`}, ${exact(packets)} ${packetsWord(packets)} refused`;
}
