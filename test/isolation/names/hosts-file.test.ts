import { expect, test } from 'vitest';
import { namesIn } from '../../../src/isolation/names/hosts-file.js';

test('each name of a table of names has its address', () => {
  const text =
    '127.0.0.1\tlocalhost\n# 192.0.2.1 not.this\n 192.0.2.7  DB.example db # the database\n::1 six\nnonsense\n';
  expect(namesIn(text)).toEqual([
    { name: 'localhost', address: '127.0.0.1' },
    { name: 'db.example', address: '192.0.2.7' },
    { name: 'db', address: '192.0.2.7' },
    { name: 'six', address: '::1' },
  ]);
});
