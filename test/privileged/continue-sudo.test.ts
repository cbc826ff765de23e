import { expect, test } from 'vitest';
import { continueSudo } from '../../src/privileged/continue-sudo.js';

const stats = (names: Readonly<Record<number, readonly [name: string, parent: number]>>) => (file: string) => {
  const pid = Number(/^\/proc\/(\d+)\/stat$/.exec(file)?.[1]);
  const known = names[pid];
  return known && `${pid} (${known[0]}) T ${known[1]} 1 1 0`;
};

test.each<[string, Parameters<typeof stats>[0], number[]]>([
  ['sudo', { 7: ['sudo', 6], 6: ['bash', 1] }, [7]],
  ['both of a sudo with a terminal of its own', { 7: ['sudo', 6], 6: ['sudo', 5], 5: ['node', 1] }, [7, 6]],
  ['nobody where sudo has gone', { 7: ['systemd', 1] }, []],
  ['nobody where the parent cannot be read', {}, []],
])('continues %s', (_, names, continued) => {
  const seen: number[] = [];
  continueSudo(7, stats(names), (pid, signal) => {
    expect(signal).toBe('SIGCONT');
    seen.push(pid);
    return true;
  });
  expect(seen).toEqual(continued);
});

test('one that has ended meanwhile is no error', () => {
  const gone = () => {
    throw new Error('ESRCH');
  };
  expect(() => continueSudo(7, stats({ 7: ['sudo', 6], 6: ['bash', 1] }), gone)).not.toThrow();
});
