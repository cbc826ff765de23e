import { expect, test } from 'vitest';
import { useColor } from '../../../src/cli/terminal/use-color.js';

test.each<[NodeJS.ProcessEnv, boolean, boolean]>([
  [{}, true, true],
  [{}, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1', TERM: 'dumb' }, false, true],
])('with %j, on a terminal %s: %s', (env, isTerminal, coloured) => {
  expect(useColor(env, isTerminal)).toBe(coloured);
});
