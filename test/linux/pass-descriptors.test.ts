import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { receiveDescriptors, sendDescriptors, socketPair } from '../../src/linux/pass-descriptors.js';

test('descriptors come over with their octets, and are others for the same files', () => {
  const [one, other] = socketPair('dgram');
  const folder = mkdtempSync(join(tmpdir(), 'netmeter-passed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = [1, 2, 3].map((number) => join(folder, `${number}`));
  for (const file of files) writeFileSync(file, file);
  const sent = files.map((file) => openSync(file, 'r'));
  sendDescriptors(one, Buffer.from([1, 0, 1]), sent);
  for (const fd of sent) closeSync(fd);
  const { data, descriptors } = receiveDescriptors(other);
  expect([...data]).toEqual([1, 0, 1]);
  const texts = descriptors.map((fd) => {
    const buffer = Buffer.alloc(200);
    return buffer.toString('utf8', 0, readSync(fd, buffer));
  });
  expect(texts).toEqual(files);
  for (const fd of descriptors) expect(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')).toMatch(/flags:\s*0?2\d{6}/);
  for (const fd of [...descriptors, one, other]) closeSync(fd);
});

test('octets alone come without any, and where nothing was sent nothing is waited for', () => {
  const [one, other] = socketPair('dgram');
  sendDescriptors(one, Buffer.from('no'), []);
  expect(receiveDescriptors(other)).toEqual({ data: Buffer.from('no'), descriptors: [] });
  expect(() => receiveDescriptors(other)).toThrow('EAGAIN');
  for (const fd of [one, other]) closeSync(fd);
});
