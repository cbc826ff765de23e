import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT, runToEnd } from '../netmeter.js';

const LONG_AGO = new Date('2020-01-01');

/** A package of its own, whose first start is the first. */
describe('what V8 has compiled of the command is kept', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    for (const part of ['bin', 'dist/netmeter.cjs', 'dist/bundle'])
      cpSync(join(ROOT, part), join(root, part), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const kept = () => join(root, 'dist/.compiled');
  const files = () => {
    const [version = ''] = readdirSync(kept());
    return readdirSync(join(kept(), version)).map((name) => join(kept(), version, name));
  };
  const start = async (flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
    const words = [...flags, join(root, 'bin/netmeter.js'), 'compare', '/nothing', '/nothing'];
    const { NODE_OPTIONS: _, ...own } = process.env;
    const { status, stderr } = await runToEnd(process.execPath, words, { env: { ...own, ...env } });
    expect(stderr).toContain('/nothing: no such file or directory');
    expect(status).toBe(125);
  };
  /** Dated long ago, the files show whether they are written again. */
  const date = () => {
    for (const file of files()) utimesSync(file, LONG_AGO, LONG_AGO);
  };
  const written = () => files().filter((file) => statSync(file).mtime > LONG_AGO);

  test('by the first start, readable by all and writable by its owner alone, and taken by the next', async () => {
    await start();
    expect(files().length).toBeGreaterThan(1);
    for (const file of files()) expect(statSync(file).mode & 0o777).toBe(0o644);
    date();
    await start();
    expect(written()).toEqual([]);
  });

  test('a start that loads more adds what it called of all parts, and those after it take it', async () => {
    const budget = () => runToEnd(process.execPath, [join(root, 'bin/netmeter.js'), 'budget', 'suggest', '/nothing']);
    await start();
    const main = files().find((file) => file.includes('/main-')) ?? '';
    const before = statSync(main).size;
    date();
    expect((await budget()).status).toBe(125);
    expect(written()).toContain(main);
    expect(statSync(main).size).toBeGreaterThan(before);
    date();
    await budget();
    await start();
    expect(written()).toEqual([]);
  });

  test.each(['cjs', 'mjs', 'ts'])('a configuration in .%s is loaded by the compiled code too', async (kind) => {
    // jiti is a package of its own.
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    const config = join(root, `netmeter.config.${kind}`);
    writeFileSync(config, `${kind === 'cjs' ? 'module.exports =' : 'export default'} { max: { in: -1 } };\n`);
    const words = [join(root, 'bin/netmeter.js'), '--config', config, '--', 'true'];
    for (let start = 0; start < 3; start++) {
      const { stderr } = await runToEnd(process.execPath, words);
      expect(stderr).toContain('max.in');
      expect(stderr).not.toMatch(/import|Warning/);
    }
  });

  test('every part is ASCII, which it is read as', () => {
    const parts = readdirSync(join(ROOT, 'dist/bundle')).map((name) => join(ROOT, 'dist/bundle', name));
    expect(parts.length).toBeGreaterThan(10);
    expect(parts.filter((file) => readFileSync(file).some((octet) => octet > 0x7f))).toEqual([]);
  });

  test('not where it is not wanted', async () => {
    await start([], { NODE_DISABLE_COMPILE_CACHE: '1' });
    expect(existsSync(kept())).toBe(false);
  });

  test.each([
    ['damaged', (file: string) => writeFileSync(file, 'x'.repeat(1000))],
    ['empty', (file: string) => truncateSync(file)],
  ])('%s, it is made again', async (_, damage) => {
    await start();
    date();
    for (const file of files()) damage(file);
    for (const file of files()) utimesSync(file, LONG_AGO, LONG_AGO);
    await start();
    expect(written()).toEqual(files());
  });

  test('where a folder has the name of a file, it is done without, and nothing else is left', async () => {
    await start();
    const names = files();
    for (const file of names) {
      rmSync(file);
      mkdirSync(file);
    }
    await start();
    expect(files()).toEqual(names);
  });

  test('a start with other flags leaves it as it is', async () => {
    await start();
    date();
    await start(['--stack-size=900']);
    expect(written()).toEqual([]);
  });

  test.runIf(process.getuid?.() === 0).each([
    ['belongs to somebody else', (file: string) => chownSync(file, 12_345, 0)],
    ['may be written by a group', (file: string) => chmodSync(file, 0o664)],
    ['may be written by all', (file: string) => chmodSync(file, 0o646)],
  ])('it is not run where it %s', async (_, open) => {
    await start();
    const before = files().map((file) => readFileSync(file));
    for (const file of files()) open(file);
    date();
    await start();
    expect(written()).toEqual(files());
    expect(files().map((file) => statSync(file).uid)).toEqual(before.map(() => 0));
    for (const file of files()) expect(statSync(file).mode & 0o777).toBe(0o644);
  });

  test.runIf(process.getuid?.() === 0)('nobody writes into a package of somebody else’s, not even root', async () => {
    chownSync(join(root, 'dist/netmeter.cjs'), 12_345, 12_345);
    await start();
    expect(existsSync(kept())).toBe(false);
  });
});
