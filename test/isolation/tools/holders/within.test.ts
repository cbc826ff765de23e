import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { afterPatience, within } from '../../../../src/isolation/tools/holders/within.js';
import { once } from '../../../wait.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what comes in time is the value, what does not is the error that is said', async () => {
  const late = () => new Error('late');
  expect(await within(100, Promise.resolve(1), late)).toBe(1);
  await expect(within(100, Promise.reject(new Error('its own')), late)).rejects.toThrow('its own');
  const never = expect(within(100, new Promise(() => {}), late)).rejects.toThrow('late');
  await vi.advanceTimersByTimeAsync(100);
  await never;
  expect(vi.getTimerCount()).toBe(0);
});

test('patience is over after its time, once, and can be called off', () => {
  const late = vi.fn();
  afterPatience(100, late);
  vi.advanceTimersByTime(99);
  expect(late).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(late).toHaveBeenCalledTimes(1);
  clearInterval(afterPatience(100, late));
  vi.advanceTimersByTime(1000);
  expect(late).toHaveBeenCalledTimes(1);
});

test('who is held up for longer than that still hears what has arrived meanwhile', async () => {
  vi.useRealTimers();
  const [socket, peer] = [createSocket('udp4'), createSocket('udp4')];
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  peer.connect(socket.address().port, '127.0.0.1');
  await once(peer, 'connect');
  const late = vi.fn();
  let timer: NodeJS.Timeout | undefined;
  const arrived = once(socket, 'message');
  setImmediate(() => {
    timer = afterPatience(200, late);
    peer.send('x');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  });
  await arrived;
  expect(late).not.toHaveBeenCalled();
  clearInterval(timer);
  socket.close();
  peer.close();
});
