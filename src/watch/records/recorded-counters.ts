import type { Counters, CounterTable } from '../../counters/name-value-table.js';
import type { Snapshot } from '../../counters/snapshot.js';
import { milliseconds } from '../../units.js';
import type { Reading } from '../reading.js';
import { entry } from './entry.js';
import type { RecordedCounters, RecordedTable, SampleRecord } from './record.js';

const ECN = ['InNoECTPkts', 'InECT1Pkts', 'InECT0Pkts', 'InCEPkts'] as const;
const NETSTAT = { IpExt: ['InOctets', 'OutOctets', ...ECN] } as const;
const SNMP = { Ip: ['InReceives'], Tcp: ['OutSegs', 'RetransSegs'], Udp: ['OutDatagrams'] } as const;
const SNMP6 = [...['InOctets', 'OutOctets', 'InReceives', ...ECN].map((name) => `Ip6${name}`), 'Udp6OutDatagrams'];
const DEV = ['rxBytes', 'rxPackets', 'txBytes', 'txPackets'] as const;

/** Picks the counters that the numbers are made of; one that the kernel does not print is absent. */
export function recordCounters({ snapshot, indexes }: Reading): RecordedCounters {
  const { netstat, snmp, snmp6, dev } = snapshot;
  const devices = Object.entries(dev).map(([name, counters]) => {
    return [name, { index: entry(indexes, name) ?? null, counters: pick(counters, DEV) }] as const;
  });
  return {
    netstat: pickGroups(netstat, NETSTAT),
    snmp: pickGroups(snmp, SNMP),
    ...(snmp6 && { snmp6: pick(snmp6, SNMP6) }),
    dev: Object.fromEntries(devices),
  };
}

/** The counters of a record, for subtraction; the time is that since the machine's start. */
export function recordedSnapshot({ counters, uptimeMs }: Pick<SampleRecord, 'counters' | 'uptimeMs'>): Snapshot {
  const { netstat, snmp, snmp6, dev } = counters;
  return {
    at: milliseconds(uptimeMs),
    netstat: mapValues(netstat, restore),
    snmp: mapValues(snmp, restore),
    ...(snmp6 && { snmp6: restore(snmp6) }),
    dev: mapValues(dev, (device) => restore(device.counters)),
    sockstat: {},
  };
}

/** Where the counters stood at the machine's start. */
export function zeroSnapshot({ netstat, snmp, snmp6, dev }: Snapshot): Snapshot {
  return {
    at: milliseconds(0),
    netstat: mapValues(netstat, zeros),
    snmp: mapValues(snmp, zeros),
    ...(snmp6 && { snmp6: zeros(snmp6) }),
    dev: mapValues(dev, zeros),
    sockstat: {},
  };
}

const pickGroups = (table: CounterTable, wanted: Readonly<Record<string, readonly string[]>>) =>
  mapValues(wanted, (names, group) => pick(table[group] ?? {}, names));

const pick = (counters: Counters, names: readonly string[]): RecordedTable =>
  Object.fromEntries(names.flatMap((name) => (counters[name] === undefined ? [] : [[name, String(counters[name])]])));

const restore = (table: RecordedTable): Counters => mapValues(table, BigInt);
const zeros = (counters: Counters): Counters => mapValues(counters, () => 0n);

const mapValues = <From, To>(from: Readonly<Record<string, From>>, change: (value: From, key: string) => To) =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value, key)] as const));
