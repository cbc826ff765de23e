import { expect, test } from 'vitest';
import { treeOf } from '../../../src/run/attached/process-tree.js';

test.each([
  [2, [2, 4, 5]],
  [1, [1, 2, 3, 4, 5]],
  [5, [5]],
  [9, [9]],
])('the tree of %i', (pid, tree) => {
  const parents = [
    [5, 4],
    [4, 2],
    [3, 1],
    [2, 1],
    [1, 0],
  ] as const;
  const list = () => parents.map(([each, parent]) => ({ pid: each, parent, startedAt: 0 }));
  expect([...treeOf(pid, list)].sort()).toEqual(tree);
});
