import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configError } from './config-error.js';
import type { ConfigSource } from './config-source.js';
import type { ConfigFile } from './find-config.js';
import { locateInSource } from './locate-in-source.js';

/**
 * Reads a configuration file; .js and .ts are run.
 * @throws {NetmeterError} CONFIG
 */
export async function readSource({ path, found }: ConfigFile): Promise<ConfigSource> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw configError(path, (cause as Error).message, cause);
  }
  if (extname(path) === '.json') return (await import('./json-source.js')).jsonSource(path, text, isManifest(path));
  if (found) refuseForeign(path);
  return {
    value: await runModule(path),
    locate: (keys) => locateInSource(path, text, keys),
  };
}

/** S_IWOTH, stat(2). */
const WRITABLE_BY_ALL = 0o002;

const isManifest = (path: string) => basename(path) === 'package.json';

/**
 * Code that was only found on the way up must not be another user's: whoever may write to /tmp would run as whoever
 * meters a command below it. As for git, under sudo the caller's files are as good as root's.
 */
function refuseForeign(path: string): void {
  const { uid, mode } = statSync(path);
  const own = process.geteuid?.() ?? 0;
  const caller = own === 0 ? Number(process.env['SUDO_UID'] ?? Number.NaN) : Number.NaN;
  if ((uid === own || uid === 0 || uid === caller) && (mode & WRITABLE_BY_ALL) === 0) return;
  throw configError(
    path,
    `it is code that another user may have written; --config ${path} runs it, --no-config does not`,
  );
}

async function runModule(path: string): Promise<unknown> {
  try {
    if (extname(path) !== '.ts') return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
    // Node 20 cannot run TypeScript. No cache on disk: root would run what others put there.
    const { createJiti } = await import('jiti');
    return await createJiti(pathToFileURL(path).href, { fsCache: false }).import(path, { default: true });
  } catch (cause) {
    throw configError(path, `it cannot be run: ${inOneLine(cause)}`, cause);
  }
}

/** A compiler shows the place in lines of their own. */
const inOneLine = (cause: unknown) =>
  (cause instanceof Error ? cause.message : String(cause))
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');
