import { milliseconds } from '../../src/units.js';
import type { Reading } from '../../src/watch/reading.js';
import { nextRecord } from '../../src/watch/records/next-record.js';
import type { SampleRecord } from '../../src/watch/records/record.js';

type Link = Partial<Record<'rxBytes' | 'rxPackets' | 'txBytes' | 'txPackets', bigint>> & { index?: number | null };

/** A machine as a test wants it; what is not said is as on the first day. */
export type Machine = {
  readonly minute?: number;
  readonly uptimeMinutes?: number;
  readonly awakeMinutes?: number;
  readonly boot?: string;
  readonly namespace?: string | null;
  readonly intervalMs?: number;
  readonly inOctets?: bigint;
  readonly outOctets?: bigint;
  readonly ip6?: { readonly in: bigint; readonly out: bigint };
  readonly lo?: bigint;
  readonly tcpSegments?: bigint;
  readonly links?: Readonly<Record<string, Link>>;
  readonly devices?: readonly string[];
  readonly beside?: readonly string[];
};

const START = Date.parse('2027-01-01T00:00:00Z');
const UPTIME_MINUTES = 1000;

/**
 * A reading of a machine that does nothing but what is said. Nothing is merged on its way: wire octets are IP octets, and the
 * devices have brought what the IP layer has.
 */
export function reading(machine: Machine = {}): Reading {
  const { minute = 0, lo = 0n, links = { eth0: {} } } = machine;
  const uptime = machine.uptimeMinutes ?? UPTIME_MINUTES + minute;
  const entries = Object.entries(links).map(([name, { index: _, ...counters }]) => [
    name,
    { ...NO_LINK, rxBytes: (machine.inOctets ?? 0n) + (machine.ip6?.in ?? 0n), ...counters },
  ]);
  const ecn = { InNoECTPkts: 0n, InECT1Pkts: 0n, InECT0Pkts: 0n, InCEPkts: 0n };
  return {
    at: new Date(START + minute * 60_000).toISOString(),
    bootId: machine.boot ?? 'first',
    namespace: machine.namespace === undefined ? 'net:[1]' : machine.namespace,
    uptimeMs: uptime * 60_000,
    awakeMs: (machine.awakeMinutes ?? uptime) * 60_000,
    intervalMs: machine.intervalMs ?? 60_000,
    devices: machine.devices ?? Object.keys(links),
    ...(machine.beside && { beside: machine.beside }),
    indexes: {
      lo: 1,
      ...Object.fromEntries(
        Object.entries(links).map(([name, link], at) => [name, link.index === undefined ? at + 2 : link.index]),
      ),
    },
    snapshot: {
      at: milliseconds(0),
      netstat: { IpExt: { InOctets: machine.inOctets ?? 0n, OutOctets: machine.outOctets ?? 0n, ...ecn } },
      snmp: {
        Ip: { InReceives: 0n },
        Tcp: { OutSegs: machine.tcpSegments ?? 0n, RetransSegs: 0n },
        Udp: { OutDatagrams: 0n },
      },
      ...(machine.ip6 && {
        snmp6: {
          Ip6InOctets: machine.ip6.in,
          Ip6OutOctets: machine.ip6.out,
          Udp6OutDatagrams: 0n,
          Ip6InReceives: 0n,
          Ip6InNoECTPkts: 0n,
          Ip6InECT1Pkts: 0n,
          Ip6InECT0Pkts: 0n,
          Ip6InCEPkts: 0n,
        },
      }),
      dev: { lo: { rxBytes: lo, rxPackets: 0n, txBytes: lo, txPackets: 0n }, ...Object.fromEntries(entries) },
      sockstat: {},
    },
  };
}

const NO_LINK = { rxBytes: 0n, rxPackets: 0n, txBytes: 0n, txPackets: 0n };

/** The records that a watch writes of a machine's states, one after the other. */
export function records(...machines: readonly Machine[]): SampleRecord[] {
  const written: SampleRecord[] = [];
  for (const machine of machines) written.push(nextRecord(written.at(-1), reading(machine)));
  return written;
}
