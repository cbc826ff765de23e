import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { knownLayout } from '../../../../src/observe/meter/orphans/known-layout.js';

const hasTypes = existsSync('/sys/kernel/btf/vmlinux') && existsSync('/proc/sys/kernel/random/boot_id');

describe.runIf(hasTypes && process.getuid?.() === 0)('the kernel’s layout of packets', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = () => join(folder, 'orphans.json');
  const kept = () => JSON.parse(readFileSync(file(), 'utf8'));
  const FORGED = { head: 1 };

  test('is kept where it is root’s alone, and taken from there', () => {
    const found = knownLayout(folder) ?? null;
    expect(kept()).toEqual({ format: expect.any(Number), boot: expect.any(String), layout: found });
    expect(readdirSync(folder)).toEqual(['orphans.json']);
    writeFileSync(file(), JSON.stringify({ ...kept(), layout: FORGED }));
    expect(knownLayout(folder)).toEqual(FORGED);
  });

  test.each([
    ['of another boot', () => writeFileSync(file(), JSON.stringify({ ...kept(), boot: 'other', layout: FORGED }))],
    ['of another build', () => writeFileSync(file(), JSON.stringify({ ...kept(), format: 0, layout: FORGED }))],
    ['damaged', () => writeFileSync(file(), '{"boot":')],
  ])('what is %s is found again', (_, change) => {
    const found = knownLayout(folder);
    change();
    expect(knownLayout(folder)).toEqual(found);
    expect(kept().layout).toEqual(found ?? null);
  });

  test('others may not say what it is', () => {
    const found = knownLayout(folder);
    writeFileSync(file(), JSON.stringify({ ...kept(), layout: FORGED }));
    chmodSync(folder, 0o755);
    expect(knownLayout(folder)).toEqual(found);
  });
});
