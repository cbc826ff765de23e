import { expect, test } from 'vitest';
import { Exempted } from '../../../../src/isolation/tools/holders/exempted.js';

test('a process is exempt until it is disposed of; the first ones always are', () => {
  const own = new Exempted([7, 8]);
  const one = own.add(9);
  expect(own.pids).toEqual([7, 8, 9]);
  one[Symbol.dispose]();
  expect(own.pids).toEqual([7, 8]);
});
