import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch } from 'node:process';
import { expect, test } from 'vitest';
import { requireLibc } from '../../src/linux/libc.js';
import { KOFFI_VERSION } from '../../src/linux/load-koffi.js';

const load = createRequire(import.meta.url);
const manifest = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

test('the version that is loaded by its file is the one that is pinned and installed', () => {
  const { dependencies } = manifest(new URL('../../package.json', import.meta.url).pathname);
  const installed = manifest(load.resolve(`@koromix/koffi-linux-${arch}/package.json`));
  expect([dependencies.koffi, installed.version]).toEqual([KOFFI_VERSION, KOFFI_VERSION]);
  expect(requireLibc).not.toThrow();
});
