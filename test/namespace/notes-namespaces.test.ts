import { expect, test } from 'vitest';
import { BpfMap } from '../../src/linux/bpf/maps/bpf-map.js';
import { Closing } from '../../src/linux/closing.js';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { netnsCookie } from '../../src/linux/netns-cookie.js';
import { UNKNOWN_NAMESPACES } from '../../src/observe/meter/meter-maps.js';
import { noteNamespaces } from '../../src/observe/meter/namespaces/earlier-namespaces.js';
import { describePrivileged } from '../privileged.js';

const mapOf = (maxEntries: number) =>
  BpfMap.create({ type: 'hash', name: 'nm_test', keySize: 8, valueSize: 8, maxEntries });
const numbersIn = (map: BpfMap) => [...map.keys()].map((key) => key.readBigUInt64LE());

describePrivileged('the network namespaces that there are', () => {
  test('are all noted, also those that nobody lives in, and none that comes later', () => {
    using closing = new Closing();
    const make = () => closing.add(NetworkNamespace.create()).inside(() => netnsCookie());
    // More than one run of the program goes through.
    const there = Array.from({ length: 12 }, make);
    using noted = mapOf(1000);
    noteNamespaces(noted);
    const numbers = numbersIn(noted);
    expect(numbers).toEqual(expect.arrayContaining([netnsCookie(), ...there]));
    expect(numbers).not.toContain(make());
  });

  test('are not known where there is no room for all', () => {
    using _namespace = NetworkNamespace.create();
    using noted = mapOf(1);
    noteNamespaces(noted);
    expect([...noted.keys()]).toEqual([UNKNOWN_NAMESPACES]);
  });
});
