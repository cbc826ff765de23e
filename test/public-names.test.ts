import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './netmeter.js';

const EXPORT = /export (?:type )?(?:\{(?<names>[^}]*)\}|\*) from '\.\/(?<file>[^']+)\.js'/g;
const DECLARED = /^export (?:async )?(?:type|const|function|class) (?<name>\w+)/gm;

const read = (file: string) => readFileSync(join(ROOT, 'src', file), 'utf8');

/** What the library exports: the file, its text, and the name; every name of it where all are exported. */
const exported = [...read('index.ts').matchAll(EXPORT)].flatMap(({ groups }) => {
  const file = `${groups?.['file']}.ts`;
  const text = read(file);
  const names =
    groups?.['names']?.split(',') ?? [...text.matchAll(DECLARED)].map((found) => found.groups?.['name'] ?? '');
  return names.map((name) => ({ file, text, name: name.trim() }));
});

test('every public name says what it is', () => {
  expect(exported.length).toBeGreaterThan(80);
  const silent = exported.filter(({ text, name }) => {
    const at = text.search(new RegExp(String.raw`^export (?:async )?(?:type|const|function|class) ${name}\b`, 'm'));
    // What a file exports of another's is said there.
    if (at < 0) return !text.includes(name);
    return !text.slice(0, at).trimEnd().endsWith('*/');
  });
  expect(silent.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
});
