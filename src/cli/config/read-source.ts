import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NetmeterError } from '../../errors.js';
import type { Behalf } from '../../files/behalf.js';
import { readFoundInput, readInput } from '../../files/read-input.js';
import { reasonOf } from '../../files/reason-of.js';
import { configError } from './config-error.js';
import type { ConfigSource } from './config-source.js';
import type { ConfigFile } from './find-config.js';
import { locateInSource } from './locate-in-source.js';
import { whoElseMayWrite } from './who-may-write.js';

/** On whose behalf a file is read, and what ends the wait for it. */
export type Reading = { readonly behalf: Behalf; readonly signal?: AbortSignal | undefined };

/**
 * Reads a configuration file; .js and .ts are run.
 * @throws {NetmeterError} CONFIG
 */
export async function readSource({ path, found }: ConfigFile, reading: Reading): Promise<ConfigSource> {
  const text = await readConfigText({ path, found }, reading);
  if (extname(path) === '.json') return (await import('./json-source.js')).jsonSource(path, text, isManifest(path));
  if (found) refuseForeign(path);
  if (!CODE.includes(extname(path)))
    throw configError(path, `no format is known for '${extname(path)}'`, { cure: 'Write it as .json, .js or .ts.' });
  return {
    value: await runModule(path),
    locate: (keys) => locateInSource(path, text, keys),
  };
}

/** What Node runs, and TypeScript. */
const CODE: readonly string[] = ['.js', '.mjs', '.cjs', '.ts', ''];

const isManifest = (path: string) => basename(path) === 'package.json';

/** @throws {NetmeterError} CONFIG or INTERRUPTED */
export async function readConfigText({ path, found }: ConfigFile, { behalf, signal }: Reading): Promise<string> {
  try {
    return found ? readFoundInput(path, behalf) : await readInput(path, behalf, signal);
  } catch (cause) {
    if (cause instanceof NetmeterError) throw cause;
    throw configError(path, reasonOf(cause), { cause, cure: 'Check the path, and that it may be read.' });
  }
}

/**
 * Code that was only found on the way up must not be another user's: whoever may write to /tmp would run as whoever
 * meters a command below it. As for git, under sudo the caller's files are as good as root's.
 */
function refuseForeign(path: string): void {
  const own = process.geteuid?.() ?? 0;
  const caller = own === 0 && /^\d+$/.test(process.env['SUDO_UID'] ?? '') ? [Number(process.env['SUDO_UID'])] : [];
  const reason = whoElseMayWrite(path, [own, 0, ...caller]);
  if (reason === undefined) return;
  throw configError(path, `it is code that another user may have written (${reason})`, {
    cure: `To run it all the same, name it: --config ${path}`,
  });
}

async function runModule(path: string): Promise<unknown> {
  try {
    if (extname(path) !== '.ts') return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
    // Node 20 cannot run TypeScript. No cache on disk: root would run what others put there.
    const { createJiti } = await import('jiti');
    return await createJiti(pathToFileURL(path).href, { fsCache: false }).import(path, { default: true });
  } catch (cause) {
    throw configError(path, `it cannot be run: ${inOneLine(cause)}`, { cause });
  }
}

/** A compiler shows the place in lines of their own. */
const inOneLine = (cause: unknown) =>
  (cause instanceof Error ? cause.message : String(cause))
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');
