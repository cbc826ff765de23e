import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressBytes } from '../../../src/linux/ip/ip-address.js';
import { PAYLOAD_CLASSES } from '../../../src/measurement/processes.js';
import {
  COMM,
  PAIR,
  PAIR_KEY,
  PROCESS,
  PROCESS_SIZE,
  PROGRAM,
  SIDES,
  SOCKET,
} from '../../../src/observe/processes/process-layout.js';
import { readPair, readProcess, readProgram } from '../../../src/observe/processes/read-process.js';

const count = fc.maxSafeNat();

function processOf(fields: Partial<Record<keyof typeof PROCESS.at, number>>, comm: string): Buffer {
  const value = Buffer.alloc(PROCESS_SIZE);
  for (const [field, number] of Object.entries(fields))
    value.writeBigUInt64LE(BigInt(number), PROCESS.at[field as keyof typeof PROCESS.at]);
  value.write(comm, COMM.at);
  return value;
}

describe('a process', () => {
  test('has each of its counts where the kernel has it', () => {
    fc.assert(
      fc.property(fc.record({ in: count, out: count }), fc.constantFrom(...PAYLOAD_CLASSES), (moved, name) => {
        const value = processOf(
          { [`${name}.in`]: moved.in, [`${name}.out`]: moved.out, id: 7, pid: 8, program: 9 },
          'sh',
        );
        const read = readProcess(value);
        expect(read).toMatchObject({ id: 7, pid: 8, program: 9, comm: 'sh', fork: undefined, endedAt: undefined });
        for (const each of PAYLOAD_CLASSES)
          expect(read.payload[each]).toEqual(each === name ? moved : { in: 0, out: 0 });
      }),
    );
  });

  test('whose fork was seen has a parent, and its times; a name of 16 octets has no end', () => {
    const value = processOf({ startedAt: 5, endedAt: 6, parent: 3, parentPid: 33, connects: 2 }, '0123456789abcdef');
    expect(readProcess(value)).toMatchObject({
      fork: { parent: 3, parentPid: 33, at: 5 },
      endedAt: 6,
      connects: 2,
      comm: '0123456789abcdef',
    });
  });
});

describe('a pair', () => {
  const keyOf = (address: Buffer, port: number, side: (typeof SIDES)[number]) => {
    const key = Buffer.alloc(PAIR_KEY.size);
    key.writeBigUInt64LE(5n, PAIR_KEY.process);
    const socket = key.subarray(PAIR_KEY.socket);
    address.copy(socket, SOCKET.address);
    socket.writeUInt16LE(port, SOCKET.port);
    socket.writeUInt16LE(6, SOCKET.protocol);
    socket.writeUInt8(SIDES.indexOf(side), SOCKET.side);
    return key;
  };

  test('has its remote, and what was moved', () => {
    const mapped = fc.ipV4().map((text) => [text, addressBytes(`::ffff:${text}`)] as const);
    const six = fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => [undefined, Buffer.from(bytes)] as const);
    fc.assert(
      fc.property(
        fc.oneof(mapped, six),
        fc.nat({ max: 65_535 }),
        fc.constantFrom(...SIDES),
        fc.tuple(count, count, count),
        ([text, bytes], port, side, numbers) => {
          const value = Buffer.alloc(PAIR.size);
          for (const [index, number] of numbers.entries()) value.writeBigUInt64LE(BigInt(number), index * 8);
          const read = readPair(keyOf(bytes, port, side), value);
          const [incoming, out, connections] = numbers;
          expect(read).toMatchObject({ process: 5, side, protocol: 6, port, in: incoming, out, connections });
          if (text !== undefined) expect(read.address).toBe(text);
          else if (!read.address.includes('.')) expect(addressBytes(read.address)).toEqual(bytes);
        },
      ),
    );
  });
});

describe('a program', () => {
  const programOf = (file: string, comm: string, words: readonly string[]) => {
    const value = Buffer.alloc(PROGRAM.size);
    const line = Buffer.from(words.map((word) => `${word}\0`).join(''));
    value.writeBigUInt64LE(BigInt(words.length), PROGRAM.words);
    value.writeBigUInt64LE(BigInt(line.length), PROGRAM.length);
    value.write(comm, PROGRAM.comm, COMM.size - 1);
    value.write(file, PROGRAM.file, PROGRAM.fileSize - 1);
    line.copy(value, PROGRAM.line, 0, PROGRAM.lineSize);
    return value;
  };
  const word = fc.string({ minLength: 0, maxLength: 20, unit: 'binary' }).map((text) => text.replaceAll('\0', '0'));

  test('has its words as they were given, empty ones, too', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 10 }), (words) => {
        expect(readProgram(programOf('/bin/sh', 'sh', words)).words).toEqual(
          words.map((each) => Buffer.from(each).toString('utf8')),
        );
      }),
    );
  });

  test('of more words than there is room for has as many as there is, and says so', () => {
    const words = ['sh', 'a'.repeat(3000), 'b'.repeat(3000)];
    const read = readProgram(programOf('/bin/sh', 'sh', words)).words;
    expect(read?.slice(0, 2)).toEqual(words.slice(0, 2));
    expect(read?.[2]).toBe(`${'b'.repeat(PROGRAM.lineSize - 3 - 3001)}…`);
  });

  test.each([
    ['/usr/bin/python3', 'python3', { file: '/usr/bin/python3', name: 'python3' }],
    ['./a-name-longer-than-15', 'a-name-longer-t', { file: './a-name-longer-than-15', name: 'a-name-longer-than-15' }],
    ['/dev/fd/3', 'run-by-fd', { file: undefined, name: 'run-by-fd' }],
    ['', 'sh', { file: undefined, name: 'sh' }],
    ['\u0001\u0002', 'sh', { file: undefined, name: 'sh' }],
  ])('%s, called %s', (file, comm, expected) => {
    expect(readProgram(programOf(file, comm, []))).toEqual({ ...expected, words: undefined });
  });
});
