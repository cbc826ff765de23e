import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './netmeter.js';

/** A word of the map that is the place of a file, with or without its ending, or of a folder, and no build's: `cli/`, `linux/cgroup`, `measure.ts`. */
const PLACE = /`((?!dist\/)[a-z][\w-]*\/(?:[\w.-]+\/)*(?:[\w.-]+)?|[\w-]+\.ts)`/g;

/** All files and folders of a place, as the map may call them: from the folder of any room on. */
function namesIn(folder: string): readonly string[] {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = `/${join(entry.parentPath, entry.name).slice(ROOT.length)}`;
    return entry.isDirectory() ? [path, `${path}/`] : [path, path.replace(/\.\w+$/, '')];
  });
}

test('whatever the map names is there', () => {
  const names = ['src', 'test', 'bin', 'fixtures'].flatMap(namesIn);
  const map = readFileSync(join(ROOT, 'src/README.md'), 'utf8');
  const places = new Set([...map.matchAll(PLACE)].map(([, place = '']) => place));
  expect(places.size).toBeGreaterThan(50);
  expect([...places].filter((place) => !names.some((name) => name.endsWith(`/${place}`)))).toEqual([]);
});
