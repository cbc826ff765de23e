import { expect, test } from 'vitest';
import { lifeOf } from '../../../src/run/attached/open-attached.js';

test('a control group that loses its last process before the first look is over', () => {
  const group = { isPopulated: true, isThere: true, cpu: { userMs: 3, systemMs: 1 } };
  const isAlive = lifeOf(group);
  group.isPopulated = false;
  expect(isAlive()).toBe(false);
});

test('an empty one is waited for, and over when it has been populated, or is removed', () => {
  const group = { isPopulated: false, isThere: true, cpu: { userMs: 3, systemMs: 1 } };
  const isAlive = lifeOf(group);
  expect(isAlive()).toBe(true);
  group.isPopulated = true;
  expect(isAlive()).toBe(true);
  group.isPopulated = false;
  expect(isAlive()).toBe(false);
  const removed = { isPopulated: false, isThere: true, cpu: { userMs: 3, systemMs: 1 } };
  const isThere = lifeOf(removed);
  removed.isThere = false;
  expect(isThere()).toBe(false);
});

test('whoever came and went between two looks has left CPU time: it is over', () => {
  const group = { isPopulated: false, isThere: true, cpu: { userMs: 3, systemMs: 1 } };
  const isAlive = lifeOf(group);
  expect(isAlive()).toBe(true);
  group.cpu = { userMs: 3, systemMs: 1.5 };
  expect(isAlive()).toBe(false);
});
