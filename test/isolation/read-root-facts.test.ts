import { expect, test } from 'vitest';
import { NetmeterError } from '../../src/errors.js';
import { attempt } from '../../src/isolation/read-root-facts.js';

test('what does not work is reported with its cure, which stands behind a colon', () => {
  const check = () => {
    throw new NetmeterError('MISSING_RIGHTS', 'a network namespace needs root');
  };
  const cure = 'run it as root: sudo netmeter -- COMMAND';
  expect(attempt(check)).toEqual({ works: false, reason: 'a network namespace needs root', cure });
});
