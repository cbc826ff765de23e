import { expect, test } from 'vitest';
import type { Layers, Traffic } from '../../src/measurement/traffic.js';
import { separateHostPorts } from '../../src/traffic/separate-host-ports.js';
import { ipOctets, linkBytes, packets } from '../../src/units.js';

const layers = (octets: number, count: number): Layers => ({
  wireOctets: ipOctets(octets),
  ipOctets: ipOctets(octets),
  linkBytes: linkBytes(octets),
  packets: packets(count),
});
const both = (each: Layers) => ({ in: each, out: each });
const traffic: Traffic = {
  external: both(layers(7, 1)),
  loopback: both(layers(1000, 10)),
  hostLocal: both(layers(5, 1)),
};
const wire = { 'host-port.in': { bytes: 300, packets: 3 }, 'host-port.out': { bytes: 100, packets: 2 } };

test('what was exchanged with the host’s services leaves loopback, both ways together', () => {
  const { external, loopback, hostLocal } = separateHostPorts(traffic, wire);
  expect(external).toEqual(traffic.external);
  expect(loopback).toEqual(both(layers(600, 5)));
  expect(hostLocal).toEqual({ in: layers(305, 4), out: layers(105, 3) });
});

test('where no link to the host exists it is all that is host-local', () => {
  const { hostLocal: _, ...without } = traffic;
  expect(separateHostPorts(without, wire).hostLocal).toEqual({ in: layers(300, 3), out: layers(100, 2) });
});

test('what was not counted stays where it was', () => {
  expect(separateHostPorts(traffic, { ...wire, 'host-port.in': undefined })).toBe(traffic);
  expect(separateHostPorts(traffic, {})).toBe(traffic);
});

test('an unknown layer stays unknown', () => {
  const unknown = { ...traffic, loopback: both({ ...layers(1000, 10), wireOctets: null }) };
  expect(separateHostPorts(unknown, wire).loopback.in).toMatchObject({ wireOctets: null, ipOctets: 600 });
});
