import { expect, test } from 'vitest';
import { nearestName, nearestOption } from '../../../src/cli/arguments/nearest-option.js';

test.each([
  ['--max-inn', '--max-in'],
  ['--max_total', '--max-total'],
  ['--reprot', '--report'],
  ['--budget-exitcode', '--budget-exit-code'],
  ['--verison', '--version'],
  ['--max-tot', '--max-total'],
  ['--max-t', '--max-total'],
  ['--rep', '--report'],
  ['--usre', '--user'],
  ['--quite', '--quiet'],
  // Of two letters both are others.
  ['--xy', undefined],
  ['--cd', undefined],
  ['--user-agent', undefined],
  ['--qqqqqqq', undefined],
  ['--download-limit', undefined],
])('%s was probably %s', (word, option) => {
  expect(nearestOption(word)).toBe(option);
});

test('among few names none is forced', () => {
  expect(nearestName('--by', ['ci', 'for', 'cgroup'])).toBeUndefined();
  expect(nearestName('--fro', ['ci', 'for', 'cgroup'])).toBe('--for');
  expect(nearestName('--cgruop', ['ci', 'for', 'cgroup'])).toBe('--cgroup');
});
