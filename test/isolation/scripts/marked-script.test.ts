import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FIND_MARKED } from '../../../src/isolation/scripts/marked-script.js';
import { lookFor } from '../../../src/isolation/tools/find-tools.js';

type Facts = {
  name?: string;
  state?: string;
  parent?: number;
  flags?: number;
  memory?: [start: number, end: number];
  environ?: string;
};

/** The text of /proc/PID/stat (proc(5)) of a process whose name makes it hard to read. */
function stat({
  name = 'a ) Z 1 (b',
  state = 'R',
  parent = 1,
  flags = 0x400000,
  memory: [start, end] = [0, 0],
}: Facts): string {
  return `42 (${name}) ${state} ${parent} 42 42 0 -1 ${flags} ${Array(38).fill('7').join(' ')} 4096 4099 ${start} ${end} 0\n`;
}

/** What two looks find in a /proc of these processes. */
function look(processes: Readonly<Record<string, Facts>>, grep: string, known = ''): string[] {
  const proc = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  try {
    for (const [pid, facts] of Object.entries(processes)) {
      mkdirSync(join(proc, pid));
      writeFileSync(join(proc, pid, 'stat'), stat(facts));
      writeFileSync(join(proc, pid, 'environ'), facts.environ ?? '');
    }
    const once = `members=; add_marked; [ -n "$members" ] || doubt_orphans; echo "$members,$doubt"`;
    const script = `${FIND_MARKED}known="${known}"; ${once}; ${once}`.replaceAll('/proc', proc);
    const { stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { GREP: grep, RUN: '7-ab' } });
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n');
  } finally {
    rmSync(proc, { recursive: true });
  }
}

const MARKED = 'A=1\0NETMETER_RUN=7-ab\0B=2\0';
const memory: [number, number] = [4100, 4200];

describe.each([
  ['by grep', lookFor('grep') ?? 'grep is not here'],
  ['by the shell alone', ''],
])('%s', (_, grep) => {
  test.each<[string, Facts, string[]]>([
    ['carries the mark', { environ: MARKED, memory }, [' 42,', ' 42,']],
    ['carries none', { environ: 'A=1\0', memory }, [',', ',']],
    ['carries that of another run', { environ: 'NETMETER_RUN=8-ab\0', memory }, [',', ',']],
    ['has no environment yet', {}, [',1', ',1']],
    ['was started with an empty one', { memory: [4100, 4100] }, [',', ',']],
    ['got one between the two readings, or has overwritten it', { memory }, [',1', ',']],
    // What it has started may not be in the list; the next look has it.
    ['is about to end', { flags: 0x400004 }, [',1', ',']],
    ['is a thread of the kernel’s', { flags: 0x208040 }, [',1', ',']],
  ])('a process that %s', (__, facts, found) => {
    expect(look({ 42: facts }, grep)).toEqual(found);
  });

  test('a zombie is doubted once at most', () => {
    expect(look({ 42: { state: 'Z' } }, grep)[1]).toBe(',');
  });

  test('who carries the mark is found although somebody had its number before', () => {
    expect(look({ 42: { environ: MARKED, memory } }, grep, ' /proc/42 ')).toEqual([' 42,', ' 42,']);
  });

  test('a name with a newline does not end the guardian', () => {
    expect(look({ 42: { name: 'a\nb' } }, grep)).toHaveLength(2);
  });

  test('who was there before is not doubted', () => {
    expect(look({ 42: {}, 43: { environ: 'A=1\0', memory } }, grep, ' /proc/42 ')).toEqual([',', ',']);
  });
});

test('whoever has a parent is that one’s', () => {
  const grep = lookFor('grep') ?? 'grep is not here';
  expect(look({ 42: { parent: 500 } }, grep)).toEqual([',', ',']);
  expect(look({ 42: { parent: 500, environ: MARKED, memory } }, grep)).toEqual([' 42,', ' 42,']);
});
