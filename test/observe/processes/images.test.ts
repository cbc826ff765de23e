import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { protocolOffset, SOCKET_IMAGE } from '../../../src/observe/processes/socket-image.js';
import { pidOffset } from '../../../src/observe/processes/task-image.js';

describe('where a socket has its protocol', () => {
  /** Of a TCP socket and one of UDP, with these numbers at an offset. */
  const images = (at: number, order: 'protocol first' | 'type first', beside = 0) =>
    [
      [1, 6],
      [2, 17],
    ].map(([type = 0, protocol = 0]) => {
      const image = Buffer.alloc(SOCKET_IMAGE, beside);
      const [first, second] = order === 'type first' ? [type, protocol] : [protocol, type];
      image.writeUInt16LE(first, at);
      image.writeUInt16LE(second, at + 2);
      return image;
    });

  test('is found, before its type (Linux 6.18) or behind it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: SOCKET_IMAGE / 2 - 4 }),
        fc.integer({ min: 18, max: 255 }),
        (half, beside) => {
          expect(protocolOffset(images(2 * half, 'protocol first', beside))).toBe(2 * half);
          expect(protocolOffset(images(2 * half, 'type first', beside))).toBe(2 * half + 2);
        },
      ),
    );
  });

  test('is not guessed: nowhere, in two places, or of one socket alone', () => {
    expect(protocolOffset([Buffer.alloc(SOCKET_IMAGE), Buffer.alloc(SOCKET_IMAGE)])).toBeUndefined();
    const [tcp, udp] = images(500, 'type first') as [Buffer, Buffer];
    for (const image of [tcp, udp]) image.copy(image, 700, 500, 504);
    expect(protocolOffset([tcp, udp])).toBeUndefined();
    expect(protocolOffset([images(500, 'type first')[0] as Buffer, Buffer.alloc(SOCKET_IMAGE)])).toBeUndefined();
    expect(protocolOffset([])).toBeUndefined();
  });
});

describe('where a task has its numbers', () => {
  const own = (0x1234n << 32n) | 0x5678n;
  const numbers = Buffer.from('7856000034120000', 'hex');

  test('is where the thread’s stands, and the process’ behind it', () => {
    const task = Buffer.alloc(4096, 0xee);
    numbers.copy(task, 1264);
    expect(pidOffset(task, own)).toBe(1264);
  });

  test('is not guessed: nowhere, or in two places', () => {
    const task = Buffer.alloc(4096);
    expect(pidOffset(task, own)).toBeUndefined();
    numbers.copy(task, 8);
    numbers.copy(task, 1264);
    expect(pidOffset(task, own)).toBeUndefined();
  });
});
