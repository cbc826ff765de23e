import type { SampleRecord } from './record.js';
import {
  count,
  decimal,
  flag,
  instant,
  just,
  kinds,
  listOf,
  mapOf,
  nullable,
  object,
  optional,
  text,
} from './shape.js';

/** A line of a watch file: a sample, or the reason why it cannot be one. */
export type ParsedLine =
  | { readonly kind: 'record'; readonly record: SampleRecord }
  | { readonly kind: 'unreadable'; readonly reason: string };

const amount = object({ wireOctets: nullable(count), errorBound: nullable(count), ipOctets: nullable(count) });
const pair = object({ in: nullable(count), out: nullable(count) });
const tally = object({ octets: decimal, errorBound: decimal, unknown: count, unbounded: optional(count) });
const table = mapOf(decimal);
const device = { device: text };

const EVENTS = {
  reboot: { unseenMs: nullable(count) },
  'other-namespace': {},
  'counter-reset': { counter: text, before: decimal, after: decimal },
  'too-large': {},
  'device-appeared': device,
  'device-vanished': device,
  'device-replaced': device,
  'device-renamed': { ...device, before: text },
  gap: { ms: count },
  suspended: { ms: count },
  'counting-began': { unseenMs: nullable(count) },
  'cgroup-vanished': { times: count },
  'cgroup-appeared': { times: count, late: count },
};

const sample = object({
  schema: just(1),
  kind: just('sample'),
  at: instant,
  bootId: text,
  namespace: nullable(text),
  uptimeMs: count,
  awakeMs: count,
  intervalMs: count,
  devices: listOf(text),
  beside: optional(listOf(text)),
  counters: object({
    netstat: mapOf(table),
    snmp: mapOf(table),
    snmp6: optional(table),
    dev: mapOf(object({ index: nullable(count), counters: table })),
  }),
  meter: optional(object({ cgroup: text, counting: text, isThere: flag, counters: table })),
  delta: nullable(
    object({
      from: instant,
      elapsedMs: count,
      external: object({ in: amount, out: amount }),
      loopback: nullable(count),
      raw: object({ ipv4: pair, ipv6: nullable(pair) }),
      devices: mapOf(pair),
    }),
  ),
  events: listOf(kinds(EVENTS)),
  carry: object({ loopback: count, ipv4: count, ipv6: count, segments: optional(count) }),
  total: object({ since: instant, samples: count, in: tally, out: tally, loopback: tally }),
});

/** Parses a line of a watch file, without its newline. Never throws: what is no sample is said, and why. */
export function parseRecord(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return {
      kind: 'unreadable',
      reason: line.includes('\0') ? 'it has zero bytes (power loss?)' : 'it is cut or no JSON',
    };
  }
  const wrong = sample(value, '');
  return wrong === undefined
    ? { kind: 'record', record: value as SampleRecord }
    : { kind: 'unreadable', reason: wrong.replace(/^\./, '') };
}
