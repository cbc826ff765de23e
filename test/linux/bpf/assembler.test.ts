import { describe, expect, test } from 'vitest';
import { Assembler, NOEXIST } from '../../../src/linux/bpf/assembler.js';

const bytes = (write: (code: Assembler) => Assembler) => write(new Assembler()).assemble().toString('hex');

// The bytes are those of LLVM's own assembler: llvm-mc -triple bpfel -show-encoding.
test.each<[string, (code: Assembler) => Assembler, string]>([
  ['r6 = r1', (code) => code.move('r6', 'r1'), 'bf16000000000000'],
  ['r7 = -8', (code) => code.move('r7', -8), 'b7070000f8ffffff'],
  ['r2 += -4', (code) => code.compute('add', 'r2', -4), '07020000fcffffff'],
  ['r8 &= 15', (code) => code.compute('and', 'r8', 15), '570800000f000000'],
  ['r8 <<= 2', (code) => code.compute('shiftLeft', 'r8', 2), '6708000002000000'],
  ['r3 /= r2', (code) => code.compute('divide', 'r3', 'r2'), '3f23000000000000'],
  ['r1 = *(u32 *)(r6 + 40)', (code) => code.load('u32', 'r1', 'r6', 40), '6161280000000000'],
  ['r1 = *(u8 *)(r10 - 64)', (code) => code.load('u8', 'r1', 'r10', -64), '71a1c0ff00000000'],
  ['*(u32 *)(r10 - 4) = r2', (code) => code.store('u32', 'r10', -4, 'r2'), '632afcff00000000'],
  ['*(u64 *)(r10 - 8) = r2', (code) => code.store('u64', 'r10', -8, 'r2'), '7b2af8ff00000000'],
  ['lock *(u64 *)(r9 + 16) += r1', (code) => code.atomicAdd('r9', 16, 'r1'), 'db19100000000000'],
  ['r1 = atomic_fetch_add((u64 *)(r9 + 16), r1)', (code) => code.atomicFetchAdd('r9', 16, 'r1'), 'db19100001000000'],
  ['r1 = be32 r1', (code) => code.swapBytes('r1', 32), 'dc01000020000000'],
  ['call 26', (code) => code.call('skb_load_bytes'), '850000001a000000'],
  ['exit', (code) => code.exit(), '9500000000000000'],
  ['r1 = 0x123456789abcdef', (code) => code.moveWide('r1', 0x0123_4567_89ab_cdefn), '18010000efcdab890000000067452301'],
  [
    'tail call of r6 to program 0 of map 7',
    (code) => code.tailCall('r6', { fd: 7 }),
    'bf6100000000000018120000070000000000000000000000b703000000000000850000000c000000',
  ],
  ['r1 = map 7', (code) => code.loadMap('r1', { fd: 7 }), '18110000070000000000000000000000'],
])('%s', (_, write, expected) => {
  expect(bytes(write)).toBe(expected);
});

const MAP_7 = '18110000070000000000000000000000';
const KEY_AT_8 = 'bfa200000000000007020000f8ffffff';

test.each<[string, (code: Assembler) => Assembler, string]>([
  ['is looked up', (code) => code.lookUp({ fd: 7 }, -8), '8500000001000000'],
  [
    'gets a value',
    (code) => code.update({ fd: 7 }, -8, -16),
    'bfa300000000000007030000f0ffffffb7040000000000008500000002000000',
  ],
  [
    'gets one where it has none',
    (code) => code.update({ fd: 7 }, -8, -16, NOEXIST),
    'bfa300000000000007030000f0ffffffb7040000010000008500000002000000',
  ],
  ['is taken out', (code) => code.remove({ fd: 7 }, -8), '8500000003000000'],
])('a key on the stack %s', (_, write, call) => {
  expect(bytes(write)).toBe(`${MAP_7}${KEY_AT_8}${call}`);
});

test('a number is stored without a register (BPF_ST)', () => {
  expect(bytes((code) => code.store('u32', 'r10', -8, 5))).toBe('620af8ff05000000');
});

describe('jumps', () => {
  test('count the instructions between, a load of 64 bits as two', () => {
    const code = new Assembler()
      .jumpIf('r0', '==', 0, 'end')
      .jumpIf('r1', '!=', 'r2', 'end')
      .loadMap('r1', { fd: 3 })
      .jumpIf('r7', '<', 2, 'end')
      .jump('end')
      .label('end')
      .exit();
    const words = code.assemble().toString('hex').match(/.{16}/g);
    expect(words).toEqual([
      '1500050000000000',
      '5d21040000000000',
      '1811000003000000',
      '0000000000000000',
      'a507010002000000',
      '0500000000000000',
      '9500000000000000',
    ]);
    expect(code.length).toBe(7);
  });

  test('lead back, too', () => {
    const code = new Assembler().label('again').move('r0', 0).jump('again');
    expect(code.assemble().readInt16LE(8 + 2)).toBe(-2);
  });

  test('to nowhere are no program', () => {
    expect(() => new Assembler().jump('nowhere').assemble()).toThrow('no label nowhere');
  });

  test('to two places neither', () => {
    expect(() => new Assembler().label('here').label('here')).toThrow('label here stands twice');
  });

  test('farther than 32767 instructions are refused', () => {
    const code = new Assembler().jump('end');
    for (let count = 0; count < 40_000; count++) code.move('r0', 0);
    expect(() => code.label('end').exit().assemble()).toThrow(RangeError);
  });

  test('made labels differ', () => {
    const code = new Assembler();
    expect(code.newLabel('x')).not.toBe(code.newLabel('x'));
  });
});
