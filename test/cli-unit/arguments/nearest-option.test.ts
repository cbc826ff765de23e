import { expect, test } from 'vitest';
import { nearestOption } from '../../../src/cli/arguments/nearest-option.js';

test.each([
  ['--max-inn', '--max-in'],
  ['--max_total', '--max-total'],
  ['--reprot', '--report'],
  ['--budget-exitcode', '--budget-exit-code'],
  ['--verison', '--version'],
  ['--max-tot', '--max-total'],
  ['--max-t', '--max-total'],
  ['--rep', '--report'],
  ['--qqqqqqq', undefined],
  ['--download-limit', undefined],
])('%s was probably %s', (word, option) => {
  expect(nearestOption(word)).toBe(option);
});
