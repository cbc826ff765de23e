import { expect, test } from 'vitest';
import { reverseNames } from '../../../src/evidence/names/reverse-names.js';

test('what is no address has no name, and no error ends the report', async () => {
  expect(await reverseNames(['no address'])).toEqual(new Map());
});

test('nobody is asked for nothing', async () => {
  expect(await reverseNames([])).toEqual(new Map());
});
