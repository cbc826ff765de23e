import { expect, test } from 'vitest';
import { Assembler } from '../../../src/linux/bpf/assembler.js';
import type { BpfMap } from '../../../src/linux/bpf/maps/bpf-map.js';
import { classify } from '../../../src/observe/meter/packets/classify.js';
import { CLASSES, FAMILIES, PROTOCOLS, placeOf, STEP, TOTALS_COUNT, WAYS } from '../../../src/observe/meter/totals.js';

test('every class, family, protocol and direction has a place of its own', () => {
  const places = Array.from({ length: TOTALS_COUNT }, (_, index) => JSON.stringify(placeOf(index)));
  expect(new Set(places).size).toBe(TOTALS_COUNT);
});

test('a place is the sum of its steps', () => {
  const index = 2 * STEP.class + STEP.family + 3 * STEP.protocol + STEP.way;
  expect(placeOf(index)).toEqual({
    class: CLASSES[2],
    family: FAMILIES[1],
    protocol: PROTOCOLS[3],
    way: WAYS[1],
  });
});

/** A map is its descriptor to a program. */
const inside = { fd: 5 } as BpfMap;
const nested = { fd: 6 } as BpfMap;
const earlier = { fd: 7 } as BpfMap;

test.each([
  ['in', 'by devices', { places: { external: [7, 8], host: [9] } }],
  ['out', 'by devices', { places: { external: [7, 8], host: [9] } }],
  ['in', 'by namespaces', { places: undefined, network: 0x123_4567_89ab_cdefn, outer: [2, 3] }],
  ['out', 'by namespaces', { places: undefined, network: 1n }],
] as const)('the classes of what goes %s are known %s by a program that is whole', (way, _, bearings) => {
  const code = new Assembler();
  classify(code, way, { ...bearings, inside, nested, earlier });
  expect(code.exit().assemble().length).toBe(code.length * 8);
});
