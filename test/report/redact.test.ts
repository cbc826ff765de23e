import { expect, test } from 'vitest';
import { redact } from '../../src/report/redact.js';
import { renderText } from '../../src/report/text.js';
import { crawl, quiet } from './measurements.js';

test('arguments and names are hidden, the program and the addresses stay', () => {
  const hidden = redact(crawl);
  expect(hidden.command.argv).toEqual(['node', '...']);
  const text = JSON.stringify(hidden) + renderText(hidden, { color: false });
  expect(text).not.toMatch(/crawl\.js|--depth|example/);
  expect(text).toContain('203.0.113.80');
});

test('a command without arguments, and without remotes, is as it was', () => {
  expect(redact(quiet)).toEqual(quiet);
});
