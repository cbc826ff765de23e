import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { version } from '../src/version.js';

test('the version is the one of package.json', () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(manifest).toHaveProperty('version', version);
});
