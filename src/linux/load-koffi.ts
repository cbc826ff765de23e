import { createRequire } from 'node:module';
import { arch } from 'node:process';
import type * as Koffi from 'koffi';

/** koffi's binary, or libc itself, cannot be loaded on this machine. */
export class NoLibcError extends Error {
  override readonly name = 'NoLibcError';
}

/** The one that package.json pins: its calls are not those of every other. */
export const KOFFI_VERSION = '3.3.4';

/**
 * Where npm puts packages, seen from a file two folders below this package's root (`src/linux/`, `dist/bundle/`): its own, or
 * those that it stands among. Node asks for a name that is no path in a dozen other places first.
 */
const NEAR = ['../../node_modules/', '../../../'];

/** Glibc's binary first, as on most machines: it does not load where musl is. @throws {NoLibcError} */
export function loadKoffi(): typeof Koffi {
  let reason = 'there is none for this architecture, or optional packages were left out';
  for (const { load, folder } of places()) {
    for (const libc of ['linux', 'musl']) {
      try {
        const koffi = load(`${folder}@koromix/koffi-linux-${arch}/${libc}_${arch}/koffi.node`) as typeof Koffi;
        if (koffi.version === KOFFI_VERSION) return koffi;
        reason = `it is of version ${koffi.version} instead of ${KOFFI_VERSION}`;
      } catch (error) {
        if (!isMissing(error)) reason = error instanceof Error ? error.message : String(error);
      }
    }
  }
  throw new NoLibcError(`koffi has no binary that runs here (linux ${arch}): ${reason}`);
}

/** Beside this package, as npm installs it; else beside koffi, where pnpm does, and npm when a project has another version. */
function* places(): Generator<{ readonly load: NodeJS.Require; readonly folder: string }> {
  const load = createRequire(import.meta.url);
  for (const folder of NEAR) yield { load, folder };
  yield { load, folder: '' };
  try {
    yield { load: createRequire(load.resolve('koffi')), folder: '' };
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
