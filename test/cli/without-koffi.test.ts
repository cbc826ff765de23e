import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { arch } from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, runToEnd } from '../netmeter.js';

const BINARY = `@koromix/koffi-linux-${arch}`;

describe('koffi', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs a copy of the package, beside which nothing is installed but what the test puts there. */
  const netmeter = (...words: string[]) =>
    runToEnd(process.execPath, [join(folder, 'bin/netmeter.js'), ...words], { cwd: folder });

  /** Puts koffi's binary below the folder, or a file instead of it. */
  function install(at: string, binary?: string): Disposable {
    const place = join(folder, at, 'node_modules', BINARY);
    mkdirSync(dirname(place), { recursive: true });
    if (binary === undefined) symlinkSync(join(ROOT, 'node_modules', BINARY), place);
    else {
      mkdirSync(join(place, `linux_${arch}`), { recursive: true });
      writeFileSync(join(place, `linux_${arch}/koffi.node`), binary);
    }
    return { [Symbol.dispose]: () => rmSync(join(folder, 'node_modules'), { recursive: true }) };
  }

  describe('without its binary', () => {
    test.each([
      ['--isolation', 'veth', '--', 'touch', 'started'],
      ['--isolation', 'user-mode', '--', 'touch', 'started'],
    ])('%s %s is refused with what is missing and what to install', async (...words) => {
      const { status, stderr } = await netmeter(...words);
      expect(status).toBe(125);
      if (words[1] === 'veth' || process.geteuid?.() !== 0) {
        expect(stderr).toContain(`koffi has no binary that runs here (linux ${arch})`);
        expect(stderr).toContain('npm install --include=optional');
      }
      expect(() => readFileSync(join(folder, 'started'))).toThrow('ENOENT');
    });

    test('by itself it does not measure in place what a complete installation would isolate', async () => {
      const { status, stderr } = await netmeter('--', 'true');
      const complete = await runToEnd(process.execPath, [join(ROOT, 'bin/netmeter.js'), 'doctor', '--json']);
      const { chosen } = JSON.parse(complete.stdout);
      expect(status, stderr).toBe(chosen === 'host' ? 0 : 125);
    });

    test('what needs no system call works: in place, reports, compare, watch, help', async () => {
      const report = join(folder, 'report.json');
      const words = ['--isolation', 'host', '--baseline-idle', '0', '--report', report, '--', 'true'];
      const first = await netmeter(...words);
      expect(first.status, first.stderr).toBe(0);
      expect(first.stderr).toMatch(/^ {2}in {2,}/m);
      expect(JSON.parse(readFileSync(report, 'utf8')).isolation.kind).toBe('host');
      for (const others of [
        ['compare', report, report],
        ['watch', '--for', '0', '--quiet'],
        ['watch', '--for', '0', '--quiet', '--out', join(folder, 'watch.ndjson')],
        ['--help'],
        ['--version'],
      ]) {
        const { status, stderr } = await netmeter(...others);
        expect(status, `${others.join(' ')}: ${stderr}`).toBe(0);
      }
    });

    test('doctor says what is missing, and what to install', async () => {
      const { stdout, stderr } = await netmeter('doctor');
      expect(stdout, stderr).toContain('koffi has no binary');
      expect(stdout).toContain('npm install --include=optional');
    });
  });

  test('a file that is none is said', async () => {
    using _ = install('', 'not a library');
    const { stdout } = await netmeter('doctor', '--json');
    expect(stdout).toMatch(/file too short|invalid ELF header/);
  });

  test.each([
    ['beside the package, as npm installs it', ''],
    ['beside koffi, as pnpm does', 'node_modules/koffi'],
  ])('its binary is found %s', async (_, at) => {
    using _installed = install(at);
    mkdirSync(join(folder, 'node_modules/koffi'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/koffi/package.json'), '{ "name": "koffi", "main": "index.cjs" }');
    writeFileSync(join(folder, 'node_modules/koffi/index.cjs'), 'throw new Error("is slow");');
    const { stdout, stderr } = await netmeter('doctor', '--json');
    expect(stdout, stderr).not.toContain('koffi has no binary');
  });
});
