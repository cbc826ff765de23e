import { cpuUsage } from 'node:process';
import { expect, test } from 'vitest';
import { Boundary } from '../../../src/boundary.js';
import type { Scope } from '../../../src/isolation/scope.js';
import { BypassWatch } from '../../../src/run/observers/look-for-bypasses.js';

/** This process as a tree of its own; every look asks for its processes once. */
function watched(processes = () => [process.pid]) {
  let looks = 0;
  const scope: Scope = {
    isolation: { kind: 'host', devices: [] },
    warnings: [],
    network: 'net:[1]',
    inspect: (work) => work(process.pid),
    marks: {},
    start: (_, spawn) => spawn([]),
    commandStarted: () => {},
    administer: (spawn) => spawn([]),
    sockDiag: async () => undefined,
    processes: () => {
      looks += 1;
      return processes();
    },
    readWire: async () => ({}),
    sampleWire: async () => ({}),
    [Symbol.asyncDispose]: async () => {},
  };
  return { watch: new BypassWatch(scope, undefined, new Boundary()), looks: () => looks };
}

/** A tree whose look takes long: 60 ms of a CPU's time, however busy that is. */
function burn(): number[] {
  const before = cpuUsage();
  let spent = 0;
  while (spent < 60_000) {
    const { user, system } = cpuUsage(before);
    spent = user + system;
  }
  return [process.pid];
}

test('without a look nothing is known, and none is made at the end', async () => {
  const { watch, looks } = watched();
  watch[Symbol.dispose]();
  await watch.atCommandEnd(true);
  expect(watch.found).toBeNull();
  expect(looks()).toBe(0);
});

test('who is left is looked at, for the first time too, and however long looks take', async () => {
  const { watch, looks } = watched(burn);
  watch[Symbol.dispose]();
  await watch.atCommandEnd(false);
  expect(watch.found).toEqual(expect.any(Array));
  expect(looks()).toBe(1);
  await watch.atCommandEnd(true);
  expect(looks()).toBe(1);
  await watch.atCommandEnd(false);
  expect(looks()).toBe(2);
});

test('after a look it is known, and the command’s end has one more', async () => {
  const { watch, looks } = watched();
  watch[Symbol.dispose]();
  await watch.look();
  expect(watch.found).toEqual(expect.any(Array));
  expect(looks()).toBe(1);
  await watch.atCommandEnd(true);
  expect(looks()).toBe(2);
});

test('looks that are asked for all the time are made at times', async () => {
  const { watch, looks } = watched();
  watch[Symbol.dispose]();
  await Promise.all([watch.look(), watch.look()]);
  for (let times = 0; times < 20; times++) await watch.look();
  expect(looks()).toBe(1);
});

test('a look that fails is none', async () => {
  const { watch } = watched(() => {
    throw new Error('no /proc');
  });
  watch[Symbol.dispose]();
  await watch.look();
  expect(watch.found).toBeNull();
});
