import { expect, test } from 'vitest';
import { shareOfFiles } from '../../../src/isolation/tools/share-of-files.js';

const limits = (soft: string) =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${soft}                 524288               files\n`;

test.each([
  [limits('1024'), 64],
  [limits('20000'), 1250],
  [limits('8'), 1],
  // Neither /proc nor a number.
  ['', 64],
  [limits('unlimited'), 64],
])('a part of what may be open, and one at least', (text, share) => {
  expect(shareOfFiles(1 / 16, text)).toBe(share);
});
