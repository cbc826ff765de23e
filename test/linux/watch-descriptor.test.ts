import { closeSync, readSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { libcFunction, watchDescriptor } from '../../src/linux/libc.js';
import { until } from '../wait.js';

const pipe2 = libcFunction('int pipe2(void *fds, int flags)');
const O_CLOEXEC = 0o2000000;

function pipe(): { readonly reader: number; readonly writer: number } {
  const buffer = Buffer.alloc(8);
  pipe2(buffer, O_CLOEXEC);
  return { reader: buffer.readInt32LE(0), writer: buffer.readInt32LE(4) };
}

/** What was read at each call, until the other end has gone. */
function readAll(reader: number, read: string[]): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const watch = watchDescriptor(reader, () => {
      const buffer = Buffer.alloc(8);
      const size = readSync(reader, buffer);
      if (size > 0) return void read.push(buffer.toString('latin1', 0, size));
      watch[Symbol.dispose]();
      watch[Symbol.dispose]();
      resolve(read);
    });
  });
}

test('a descriptor is reported to be readable, and that its other end has gone', async () => {
  const { reader, writer } = pipe();
  const read: string[] = [];
  const all = readAll(reader, read);
  writeSync(writer, 'one');
  await until('the first is read', () => read.length === 1);
  writeSync(writer, 'two');
  closeSync(writer);
  expect(await all).toEqual(['one', 'two']);
  closeSync(reader);
});
