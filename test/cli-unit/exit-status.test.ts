import { describe, expect, test } from 'vitest';
import { exitStatus } from '../../src/cli/exit-status.js';
import type { JudgedBudget, Verdict } from '../../src/measurement/budget.js';
import type { Exit } from '../../src/measurement/exit.js';

const code = (value: number): Exit => ({ kind: 'code', code: value });
const signal = (value: NodeJS.Signals): Exit => ({ kind: 'signal', signal: value });
const budget = (verdict: Verdict, ended = false): JudgedBudget => ({ verdict, ended, limits: [] });

describe('a measured run', () => {
  test.each<[string, Exit, JudgedBudget | undefined, number]>([
    ['success', code(0), undefined, 0],
    ["the command's own failure", code(1), undefined, 1],
    ['the highest code', code(255), undefined, 255],
    ['codes that netmeter uses too', code(125), undefined, 125],
    ['SIGHUP', signal('SIGHUP'), undefined, 129],
    ['SIGINT', signal('SIGINT'), undefined, 130],
    ['SIGKILL', signal('SIGKILL'), undefined, 137],
    ['SIGSEGV', signal('SIGSEGV'), undefined, 139],
    ['SIGTERM', signal('SIGTERM'), undefined, 143],
    ['within the budget', code(0), budget('within'), 0],
    ['failed within the budget', code(3), budget('within'), 3],
    ['over the budget', code(0), budget('exceeded'), 120],
    ['its own failure wins over the budget', code(3), budget('exceeded'), 3],
    ['its own signal wins over the budget', signal('SIGSEGV'), budget('exceeded'), 139],
    ['ended by netmeter for the breach', signal('SIGTERM'), budget('exceeded', true), 120],
    ['ended by netmeter, but caught the signal', code(1), budget('exceeded', true), 120],
    ['ended by netmeter, but succeeded', code(0), budget('exceeded', true), 120],
    ['budget asked for, not measured', code(0), budget('unmeasured'), 125],
    ['its own failure wins over unmeasured', code(3), budget('unmeasured'), 3],
    ['its own signal wins over unmeasured', signal('SIGKILL'), budget('unmeasured'), 137],
  ])('%s', (_, exit, judged, status) => {
    expect(exitStatus({ kind: 'measured', exit, budget: judged, budgetExitCode: 120 })).toBe(status);
  });

  test.each([0, 1, 42, 255])('a breach ends with the chosen code %i', (budgetExitCode) => {
    expect(exitStatus({ kind: 'measured', exit: code(0), budget: budget('exceeded'), budgetExitCode })).toBe(
      budgetExitCode,
    );
  });
});

test.each([
  [{ kind: 'failed' }, 125],
  [{ kind: 'not-executable' }, 126],
  [{ kind: 'not-found' }, 127],
  [{ kind: 'interrupted', signal: 'SIGTERM' }, 143],
] as const)('%j ends with %i', (outcome, status) => {
  expect(exitStatus(outcome)).toBe(status);
});
