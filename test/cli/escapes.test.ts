import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { netmeter, ROOT } from '../netmeter.js';

/** Clears the screen, sets the title, hides what follows, goes back, turns the direction; in C1 controls too. */
const EVIL = '\x1b[2J\x1b]0;title\x07\x1b[8m\r\u009b2J\u202e\x7f';
const STEERING = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

const REPORT = join(ROOT, 'fixtures/reports/1');

describe('what others named reaches the terminal without its escape sequences', () => {
  let folder: string;
  let evil: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    evil = join(folder, `${EVIL}.json`);
    writeFileSync(evil, `{ "${EVIL.replaceAll('\x1b', '')}": 1 `);
    mkdirSync(join(folder, EVIL));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const lines: readonly (readonly [string, (folder: string) => readonly string[]])[] = [
    ['a command', () => ['--', `no-such${EVIL}`]],
    ['a command in a folder', (at) => ['--', join(at, EVIL)]],
    ['an option', () => [`--${EVIL}`]],
    ['a value', () => ['--max-in', EVIL, '--', 'true']],
    ['a user', () => ['--user', EVIL, '--', 'true']],
    ['a group', () => ['--user', `0:${EVIL}`, '--', 'true']],
    ['an isolation', () => ['--isolation', EVIL, '--', 'true']],
    ['a namespace', () => ['--netns', EVIL, '--', 'true']],
    ['a destination', () => ['--allow', EVIL, '--', 'true']],
    ['a port', () => ['--host-port', EVIL, '--', 'true']],
    ['a report', () => ['--report', EVIL, '--', 'true']],
    ['a configuration', (at) => ['--config', join(at, EVIL), '--', 'true']],
    ['a configuration’s text', (at) => ['--config', join(at, `${EVIL}.json`), '--', 'true']],
    ['a budget', (at) => ['--config', join(at, 'none.json'), '--budget', EVIL, '--', 'true']],
    ['a baseline', (at) => ['--baseline', join(at, `${EVIL}.json`), '--', 'true']],
    ['reports that are compared', (at) => ['compare', join(at, `${EVIL}.json`), EVIL]],
    ['an option of compare', () => ['compare', `--${EVIL}`]],
    ['a report that a budget is suggested from', (at) => ['budget', 'suggest', join(at, `${EVIL}.json`)]],
    ['a word of watch', () => ['watch', EVIL]],
    ['an option of watch', () => ['watch', `--${EVIL}`]],
    ['a watch file', (at) => ['watch', '--report', join(at, `${EVIL}.json`)]],
    ['a watch file to write to', (at) => ['watch', '--for', '0', '--out', join(at, EVIL)]],
    ['a process', () => ['attach', EVIL]],
    ['an option of attach', () => ['attach', `--${EVIL}`, '1']],
    ['a topic', () => ['help', EVIL]],
    ['an option of doctor', () => ['doctor', `--${EVIL}`]],
  ];
  test.each(lines)('%s', async (_, words) => {
    const { status, stdout, stderr } = await netmeter(words(folder));
    expect(status).toBeGreaterThan(0);
    expect(stderr).not.toMatch(STEERING);
    expect(stdout).not.toMatch(STEERING);
    expect(stderr).toMatch(/^netmeter: /);
  });

  test('every text of a compared report', async () => {
    const given = readFileSync(join(REPORT, 'crawl.json'), 'utf8');
    // Every text but those that must be one of a few.
    const spoilt = JSON.parse(given, (key, value: unknown) =>
      typeof value === 'string' && !/^(kind|evidence|verdict|level|grade|name|unit)$/.test(key) ? value + EVIL : value,
    );
    const file = join(folder, 'spoilt.json');
    writeFileSync(file, JSON.stringify(spoilt));
    for (const words of [
      ['compare', file, file],
      ['compare', file, file, '--json'],
      ['compare', join(REPORT, 'crawl.json'), file, '--max-increase', '1%'],
    ]) {
      const { stdout, stderr } = await netmeter(words);
      expect(stdout + stderr).not.toBe('');
      expect(stdout).not.toMatch(STEERING);
      expect(stderr).not.toMatch(STEERING);
    }
  });

  test('JSON on stdout says the same without one', async () => {
    const { stdout } = await netmeter(['compare', join(folder, 'spoilt.json'), join(folder, 'spoilt.json'), '--json']);
    expect(stdout).not.toMatch(STEERING);
    expect(JSON.stringify(JSON.parse(stdout))).toContain(JSON.stringify(EVIL).slice(1, -1));
  });
});
