import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments/parse-arguments.js';
import { parseAttachArguments } from '../../src/cli/attach.js';
import { parseBudgetArguments } from '../../src/cli/budget.js';
import { parseCompareArguments } from '../../src/cli/compare.js';
import { jsonSource } from '../../src/cli/config/json-source.js';
import { parseConfig } from '../../src/cli/config/parse-config.js';
import { parseDoctorArguments } from '../../src/cli/doctor.js';
import { parseWatchArguments } from '../../src/cli/watch/parse-watch-arguments.js';
import { ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { letLook } from '../wait.js';

const DOCS = join(ROOT, 'src/docs');

/** The README, and behind it the pages that it leads to. */
const readme = [join(ROOT, 'README.md'), ...readdirSync(DOCS).map((page) => join(DOCS, page))]
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');
const blocks = [...readme.matchAll(/```(console|js)\n([\s\S]*?)```/g)].map(([, kind, text = '']) => ({ kind, text }));
const consoles = blocks.filter(({ kind }) => kind === 'console').map(({ text }) => text);

/** Rows that are there when a segment was retransmitted, or the run took a while. */
const ACCIDENTS = /\n +(unattributed|retransmitted|overhead|errors|rate) .*/g;

/** What a summary is made of, without what differs from run to run: every number, and how long it is. */
const shapeOf = (text: string) =>
  text
    .replaceAll(ACCIDENTS, '')
    // A long row goes on in the next line; which one is too long depends on its numbers.
    .replaceAll(/\n {12}/g, ' ')
    .replaceAll(/\d[\d.]*( \d{3})*/g, 'N')
    .replaceAll(/N [kMG]?i?B/g, 'N B')
    .replaceAll(/N (s|min)( N s)?(?=[ ,])/g, 'N s')
    // How much of a command fits depends on its pid.
    .replaceAll(/[\w.]*…/g, '…')
    .replaceAll(/[ ]+/g, ' ')
    .trimEnd();

/** The exact octets and packets of a summary's row. */
function rowOf(summary: string, name: string): { octets: number; packets: number } {
  const [, octets = '', packets = ''] =
    new RegExp(`^ {2}${name} .*? ([\\d ]+) B +([\\d ]+) packets$`, 'm').exec(summary) ?? [];
  return { octets: Number(octets.replaceAll(' ', '')), packets: Number(packets.replaceAll(' ', '')) };
}

/** What a job that moves at least so much must show: its parts, and that they sum up. */
function expectSums(summary: string, least: number): void {
  const [way, back, total] = ['in', 'out', 'total'].map((name) => rowOf(summary, name));
  expect(way?.octets).toBeGreaterThan(least);
  expect(total).toEqual({
    octets: (way?.octets ?? 0) + (back?.octets ?? 0),
    packets: (way?.packets ?? 0) + (back?.packets ?? 0),
  });
}

/** A word that needs its quotes for the shell alone; a longer text counts as one word. */
const unquoted = (text: string) => (text.includes(' ') ? 'quoted' : text.slice(1, -1));

/** Every call of netmeter that the README shows: in a terminal, in a CI file, in a list of words. */
const examples = [...readme.matchAll(/^(?:\$ |- run: | +- | +command: \[)(?:.* )?(netmeter,? .*?)\]?$/gm)]
  .map(([, line = '']) => line.replaceAll(', ', ' ').replaceAll(/'[^']*'|"[^"]*"/g, unquoted))
  .map((line) => line.split(' ').slice(1));

test('the README shows what it should', () => {
  expect(examples.length).toBeGreaterThan(15);
});

test('the configuration that the README shows is one', () => {
  const [shown = ''] = /(?<=```json\n)[\s\S]*?(?=```)/.exec(readme) ?? [];
  expect(parseConfig(jsonSource('README.md', shown, false))).toMatchObject({ max: { total: 50_000_000 } });
});

test.each(examples.map((words) => [words.join(' '), words] as const))('netmeter %s: a valid call', async (_, words) => {
  const [first = '', ...others] = words;
  if (first === 'watch') expect(parseWatchArguments(others).kind).toMatch(/^(watch|report)$/);
  else if (first === 'attach')
    expect(parseAttachArguments(others)?.target).toEqual(
      others.includes('--cgroup') ? { cgroup: expect.any(String) } : 4711,
    );
  else if (first === 'budget') expect(parseBudgetArguments(others)?.files).toHaveLength(3);
  else if (first === 'compare') expect(parseCompareArguments(others)?.files).toHaveLength(2);
  else if (first === 'doctor') expect(parseDoctorArguments(others)).toBeDefined();
  else expect((await parseArguments(words)).kind).toBe('run');
});

describePrivileged('what the README shows', () => {
  test('the demo prints what the README shows', async () => {
    const [shown = ''] = consoles;
    const { status, stdout, stderr } = await runToEnd(process.execPath, ['fixtures/programs/demo.js'], { cwd: ROOT });
    expect(status, stderr).toBe(0);
    expect(shapeOf(stdout + stderr)).toBe(shapeOf(shown));
    expectSums(stderr, 1_048_131);
  });

  test('netmeter -- true prints what the README shows', async () => {
    const [, shown = ''] = consoles;
    const { stderr } = await runToEnd(process.execPath, ['bin/netmeter.js', '--', 'true'], { cwd: ROOT });
    expect(shapeOf(`$ netmeter -- true\n${stderr}`)).toBe(shapeOf(shown));
  });

  test('a call of docker’s socket prints the line that the README shows', async () => {
    const shown = consoles.find((text) => text.includes('  unmetered ')) ?? '';
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-readme-'));
    const socket = join(folder, 'docker.sock');
    const server = createServer((_, answer) => void letLook().then(() => answer.end('{}'))).listen(socket);
    const here = (text: string) =>
      text
        .replaceAll(/\n {12}/g, ' ')
        .replaceAll('/var/run/docker.sock', socket)
        .replaceAll(/pid \d+/g, 'pid N');
    try {
      const [, words = ''] = /^\$ netmeter (.*)$/m.exec(shown) ?? [];
      const line = [join(ROOT, 'bin/netmeter.js'), ...here(words).split(' ')];
      const { stderr } = await runToEnd(process.execPath, line, { cwd: folder });
      const [wanted = ''] = /^ {2}unmetered .*$/m.exec(here(shown)) ?? [];
      expect(wanted).not.toBe('');
      expect(here(stderr)).toContain(`\n${wanted}\n`);
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('the library example runs', async () => {
    const example = blocks.find(({ kind }) => kind === 'js')?.text ?? '';
    // Where the example fetches a page, the test runs what needs no server.
    const program = example.replace(/measure\(\[.*\]\)/, "measure(['sh', '-c', 'exit 3'])");
    expect(program).not.toBe(example);
    const { stdout, stderr } = await runToEnd(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT });
    expect(stdout, stderr).toContain("{ kind: 'code', code: 3 } 0");
  });
});

test('every link of the README and its pages leads to a file that is there', () => {
  const files = [join(ROOT, 'README.md'), ...readdirSync(DOCS).map((page) => join(DOCS, page))];
  const links = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => ({ file, to })),
  );
  const dead = links.filter(({ file, to }) => !to.includes('://') && !existsSync(join(dirname(file), to)));
  expect(links.length).toBeGreaterThan(15);
  expect(dead).toEqual([]);
});

test('the runs of a series are shown as they are printed', () => {
  const lines = readme.match(/^netmeter: (?:warm-up|run \d+ of \d+): .*$/gm) ?? [];
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(/: \d{1,3}(?: \d{3})* B in, \d{1,3}(?: \d{3})* B out$/);
});
