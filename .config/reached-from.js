import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A statement that loads a module of ours: `import type` does not, nor does `await import()`. */
const STATEMENT = /^(?:import|export)\s(?!type\b)(?<what>[^;']*?)\bfrom\s+'(?<file>\.[^']+)\.js'/gm;

/** Whether all that is taken from it are types, which are not there when it runs. */
const isForTypes = (what) => {
  const names = /^\{([^}]*)\}\s*$/.exec(what.trim())?.[1]?.split(',') ?? [''];
  return names.every((name) => /^\s*type\s/.test(name) || (names.length > 1 && name.trim() === ''));
};

/**
 * The files of src/ that are loaded with one of them, itself included.
 * @param {string} file its path
 * @param {Set<string>} found those that were reached before
 */
export function reachedFrom(file, found = new Set()) {
  const path = resolve(file);
  if (found.has(path)) return found;
  found.add(path);
  for (const { groups } of readFileSync(path, 'utf8').matchAll(STATEMENT))
    if (!isForTypes(groups.what)) reachedFrom(`${resolve(dirname(path), groups.file)}.ts`, found);
  return found;
}
