import { readlinkSync } from 'node:fs';
import { pid, ppid } from 'node:process';
import { expect, test } from 'vitest';
import { namespacesOf } from '../../src/evidence/list-sockets.js';

test('netmeter’s own network namespace is told by netmeter, which stays', () => {
  expect(namespacesOf([ppid])).toEqual(new Map([[readlinkSync('/proc/self/ns/net'), pid]]));
});

test('who has ended is nowhere', () => {
  expect(namespacesOf([4_194_305])).toEqual(new Map());
});
