import { expect, test } from 'vitest';
import { redact } from '../../../src/report/escaping/redact.js';
import { renderText } from '../../../src/report/text/text.js';
import { crawl, gate, quiet } from '../measurements.js';

test('arguments and names are hidden, the program and the addresses stay', () => {
  const hidden = redact(crawl);
  expect(hidden.command.argv).toEqual(['node', '...']);
  const text = JSON.stringify(hidden) + renderText(hidden, { color: false });
  expect(text).not.toMatch(/crawl\.js|--depth|example/);
  expect(text).toContain('203.0.113.80');
});

test('neither is the pattern of a limit shown', () => {
  const limits = redact(gate).budget?.limits ?? [];
  expect(limits.filter(({ kind }) => kind === 'remote').map(({ subject }) => subject)).toEqual(['...', '...']);
  expect(limits.find(({ kind }) => kind === 'process')?.subject).toBe('git');
});

test('a command without arguments, and without remotes, is as it was', () => {
  expect(redact(quiet)).toEqual(quiet);
});
