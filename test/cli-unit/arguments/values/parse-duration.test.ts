import { expect, test } from 'vitest';
import { parseDuration } from '../../../../src/cli/arguments/values/parse-duration.js';

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['10m', 600_000],
  ['1h', 3_600_000],
  ['1h30m', 5_400_000],
  ['1m500ms', 60_500],
  ['1.5s', 1500],
  ['2', 2000],
  ['0.25', 250],
  ['0', 0],
  ['2147483647ms', 2_147_483_647],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', ' ', '-1s', '+1s', '1d', '1 h', 's', '1e3', 'NaN', '1s2', '.5s', '2147483648ms', '9'.repeat(400)])(
  '%j is refused',
  (text) => {
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', cure: expect.stringMatching(/500ms, 10s, 10m, 1h30m.*seconds/) }),
    );
  },
);
