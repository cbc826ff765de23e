import { expect, test } from 'vitest';
import { untilDone } from '../../src/cli/signals.js';
import { until } from '../wait.js';

test('a signal that comes in the middle ends netmeter afterwards, and not before', async () => {
  const seen: string[] = [];
  // Instead of the end of this process.
  const note = () => void seen.push('signal');
  process.on('SIGHUP', note);
  try {
    await untilDone(async () => {
      process.kill(process.pid, 'SIGHUP');
      seen.push('done');
    });
    await until('both have been handed on', () => seen.length === 3);
  } finally {
    process.off('SIGHUP', note);
  }
  // It was handed on to who listened anyway, and sent once more when nobody of ours did.
  expect(seen).toEqual(['done', 'signal', 'signal']);
  expect(process.listenerCount('SIGHUP')).toBe(0);
});

test('without one nothing is sent, and an error is handed on', async () => {
  await untilDone(async () => {});
  await expect(untilDone(() => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(process.listenerCount('SIGTERM')).toBe(0);
});
