import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { CompiledCode } from './compiled-code.js';
import { ReusedBuffer } from './reused-buffer.js';

type Part = { exports: unknown };
type Require = (name: string) => unknown;
type Import = (specifier: string) => Promise<unknown>;
type Wrapper = (exports: unknown, require: Require, module: Part, file: string, folder: string, load: Import) => void;

/** Handed in by the name that the build writes for import(): a script that V8 had compiled before has none (Node 20 to 24). */
const importOther: Import = (specifier) => import(specifier);

/** Beside the bundle: who may write there may write the code itself. */
const KEPT_IN = '.compiled';

/**
 * Loads the parts of the bundled command, CommonJS modules, as Node would, but that it keeps what V8 has compiled: to compile
 * them takes as long as all that a short run does (`vm.Script`, cachedData).
 */
export class BundleParts {
  readonly #parts = new Map<string, Part>();
  readonly #compiled: CompiledCode;
  readonly #requireOthers: Require;
  readonly #memory = new ReusedBuffer();

  /** @param file of the bundle, beside which all that it is made of is found */
  constructor(file: string) {
    this.#compiled = new CompiledCode(join(dirname(file), KEPT_IN), file);
    this.#requireOthers = createRequire(file);
  }

  /** The exports of a part, by its path. */
  load(file: string): unknown {
    const known = this.#parts.get(file);
    if (known) return known.exports;
    const part: Part = { exports: {} };
    // Before it runs: parts may require each other in a circle.
    this.#parts.set(file, part);
    const folder = dirname(file);
    const require = (name: string) =>
      name.startsWith('.') ? this.load(join(folder, name)) : this.#requireOthers(name);
    this.#compile(file)(part.exports, require, part, file, folder, importOther);
    return part.exports;
  }

  #compile(file: string): Wrapper {
    // A part's name has a hash of what is in it.
    const name = basename(file);
    const code = this.#source(file);
    const cachedData = this.#compiled.read(name, this.#memory);
    const script = new Script(code, { filename: file, cachedData });
    if (!cachedData) this.#compiled.keepAtEnd(name, script);
    // By a V8 with other flags; or it is damaged.
    else if (script.cachedDataRejected) this.#compiled.replaceAtEnd(name, script);
    else this.#compiled.keepWithNew(name, script);
    return script.runInThisContext() as Wrapper;
  }

  /** A function of a module's names, as the build leaves it: in one piece, which V8 need not put together, and in ASCII. */
  #source(file: string): string {
    const fd = openSync(file, 'r');
    try {
      return this.#memory.read(fd).toString('latin1');
    } finally {
      closeSync(fd);
    }
  }
}
