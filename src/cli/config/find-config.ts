import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { readFound } from '../../files/read-found.js';
import { usage } from '../arguments/usage-error.js';

/** Where the configuration is to come from. */
export type ConfigChoice =
  | { readonly kind: 'search' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'none' };

/** `found`: nobody has named the file. */
export type ConfigFile = { readonly path: string; readonly found: boolean };

const FILES = ['netmeter.config.json', 'netmeter.config.js', 'netmeter.config.ts'] as const;

/**
 * The nearest configuration from a folder upwards; a folder that was removed (undefined) has none. Every run pays for
 * this: a few looks for a file a folder, and no library, which would take longer to load than the bar of the start leaves.
 * @throws {NetmeterError} USAGE when a folder has two: a gate must not guess
 */
export function findConfig(choice: ConfigChoice, folder: string | undefined): ConfigFile | undefined {
  if (choice.kind === 'none') return undefined;
  if (choice.kind === 'file') return { path: namedPath(choice.path, folder), found: false };
  if (folder === undefined) return undefined;
  for (let at = folder; ; at = dirname(at)) {
    const here = FILES.map((name) => join(at, name)).filter((path) => existsSync(path));
    const manifest = join(at, 'package.json');
    if (hasSection(manifest)) here.push(manifest);
    const [path, second] = here;
    if (second !== undefined)
      throw usage(`there are two configurations: ${path} and ${second}`, 'Keep one, or name one by --config.');
    if (path !== undefined) return { path, found: true };
    if (dirname(at) === at) return undefined;
  }
}

function namedPath(path: string, folder: string | undefined): string {
  if (isAbsolute(path)) return path;
  if (folder !== undefined) return join(folder, path);
  throw usage(`--config ${path}: the working folder was removed`, 'Give a path that starts with /.');
}

/** Whether a package.json has a key "netmeter" of its own. */
function hasSection(manifest: string): boolean {
  try {
    const text = readFound(manifest);
    return /"netmeter"\s*:/.test(text) && Object.hasOwn(JSON.parse(text), 'netmeter');
  } catch {
    // Missing, or broken, which is its own tools' affair.
    return false;
  }
}
