import { expect, test } from 'vitest';
import type { RunningCommand } from '../../../src/command/start-command.js';
import type { Scope } from '../../../src/isolation/scope.js';
import { CommandTree } from '../../../src/run/tree/command-tree.js';
import { milliseconds } from '../../../src/units.js';

/** A tree that is seen as one list after the other. */
function treeOf(...looks: readonly (readonly number[])[]): CommandTree {
  const left = looks.map((pids) => [...pids]);
  const scope = { processes: () => left.shift() ?? [] } as Partial<Scope> as Scope;
  return new CommandTree(scope, undefined, { grace: milliseconds(0), hurry: undefined });
}

const COMMAND = { pid: 5 } as RunningCommand;

test('while the command is on its way into its namespace its tree is not over', () => {
  const tree = treeOf([], [5, 6], [6]);
  tree.command = tree.start(() => COMMAND);
  expect(tree.processes()).toEqual([]);
  expect(tree.processes()).toEqual([5, 6]);
  tree.command = undefined;
  expect(tree.processes()).toEqual([6]);
});

test('of a tree that is over nothing can come any more', () => {
  const tree = treeOf([], [7]);
  tree.command = tree.start(() => COMMAND);
  tree.command = undefined;
  expect([tree.processes(), tree.processes()]).toEqual([[], []]);
});
