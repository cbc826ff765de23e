import { describe, expect, test } from 'vitest';
import { SignalRelay } from '../../src/cli/signals.js';

const command = () => {
  const got: NodeJS.Signals[] = [];
  return { got, pid: process.pid, signal: (signal: NodeJS.Signals) => void got.push(signal) };
};

describe('before the command runs, and after it, a signal is for netmeter', () => {
  test('the first ends the run, the second hurries it', () => {
    const relay = new SignalRelay();
    relay.take('SIGTERM');
    expect([relay.signal.aborted, relay.hurry.aborted, relay.received]).toEqual([true, false, 'SIGTERM']);
    relay.take('SIGHUP');
    expect([relay.hurry.aborted, relay.received]).toEqual([true, 'SIGTERM']);
  });

  test('one that ends nothing is nobody’s', () => {
    const relay = new SignalRelay();
    relay.take('SIGUSR1');
    expect([relay.signal.aborted, relay.received]).toEqual([false, undefined]);
  });

  test('while it runs, all are the command’s', () => {
    const relay = new SignalRelay();
    const running = command();
    relay.commandStarted(running);
    for (const signal of ['SIGUSR1', 'SIGTERM', 'SIGHUP'] as const) relay.take(signal);
    expect(running.got).toEqual(['SIGUSR1', 'SIGTERM', 'SIGHUP']);
    expect([relay.signal.aborted, relay.received, relay.toldToEnd]).toEqual([false, undefined, 'SIGTERM']);
    relay.commandEnded();
    relay.take('SIGTERM');
    expect([running.got.length, relay.signal.aborted]).toEqual([3, true]);
  });
});

test('while another netmeter runs the command, it hears of every signal, before it says that it started too', () => {
  const relay = new SignalRelay();
  const handed: NodeJS.Signals[] = [];
  relay.handOver((signal) => void handed.push(signal));
  relay.take('SIGUSR1');
  relay.take('SIGHUP');
  relay.commandStarted(command());
  relay.take('SIGINT');
  relay.commandEnded();
  relay.take('SIGTERM');
  expect(handed).toEqual(['SIGUSR1', 'SIGHUP', 'SIGINT', 'SIGTERM']);
  expect([relay.signal.aborted, relay.toldToEnd]).toEqual([false, 'SIGHUP']);
  relay.handOver(undefined);
  relay.take('SIGTERM');
  expect(relay.signal.aborted).toBe(true);
});
