import { expect, test } from 'vitest';
import { OWN_BEHALF } from '../../src/files/behalf.js';
import { unwrittenCure } from '../../src/report/read-unwritten-cure.js';

test.each(['EACCES', 'EPERM'])('%s: of sudo is spoken under sudo alone', (code) => {
  const cause = Object.assign(new Error(code), { code });
  const starter = { uid: 1000, gid: 1000, groups: [] };
  const { cure } = unwrittenCure(cause, '/x', { ...OWN_BEHALF, starter });
  expect(cure).toBe(
    'Choose a folder where whoever started netmeter may write: under sudo that is the caller, not root.',
  );
  expect(unwrittenCure(cause, '/x', OWN_BEHALF).cure).toBe('Choose a folder where whoever started netmeter may write.');
});
