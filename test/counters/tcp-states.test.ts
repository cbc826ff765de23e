import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unsettledConnections } from '../../src/counters/tcp-states.js';
import { fixture } from './fixture.js';

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue\n';
const row = (state: string, slot = 0) =>
  `${String(slot).padStart(4)}: 0100007F:1F90 0100007F:D8F8 ${state} 00000000:00000000 00:00000000 00000000     0\n`;

test.each([
  // Two ends of an established one, FIN_WAIT2 and CLOSE_WAIT; not the listener, not TIME_WAIT.
  ['tcp', 4],
  ['tcp6', 2],
])('connections that can still send or receive in a real %s', (file, count) => {
  expect(unsettledConnections(fixture(`linux-6.18-with-connections/${file}`))).toBe(count);
});

test.each([
  ['01', 'ESTABLISHED', 1],
  ['02', 'SYN_SENT', 1],
  ['03', 'SYN_RECV', 1],
  ['04', 'FIN_WAIT1', 1],
  ['05', 'FIN_WAIT2', 1],
  ['06', 'TIME_WAIT', 0],
  ['07', 'CLOSE', 0],
  ['08', 'CLOSE_WAIT', 1],
  ['09', 'LAST_ACK', 1],
  ['0A', 'LISTEN', 0],
  ['0B', 'CLOSING', 1],
  ['0C', 'NEW_SYN_RECV', 1],
])('state %s, %s, counts %i', (state, _, count) => {
  expect(unsettledConnections(HEADER + row(state))).toBe(count);
});

test('slots beyond the four digits of the column', () => {
  expect(unsettledConnections(HEADER + row('01', 9999) + row('01', 10_000) + row('06', 123_456))).toBe(2);
});

test.each(['', HEADER, '\n\n', row('01')])('no connection in %j: the first line is the header', (text) => {
  expect(unsettledConnections(text)).toBe(0);
});

test('any text gives a count no larger than its lines', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const count = unsettledConnections(text);
      expect(Number.isInteger(count) && count >= 0 && count < text.split('\n').length).toBe(true);
    }),
  );
});
