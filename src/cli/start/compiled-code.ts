import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arch, env, execArgv, geteuid, pid, versions } from 'node:process';
import type { Script } from 'node:vm';
import type { ReusedBuffer } from './reused-buffer.js';

/** May be written by others than the owner. */
const OTHERS_WRITE = 0o022;

/**
 * Keeps what V8 has compiled of scripts, from one start to the next, for each V8 by itself. Compiled code is run as it is, so
 * it is only taken where it belongs to the owner of the code, or to root, and written by that owner alone. Where it cannot be
 * kept, everything is compiled anew. NODE_DISABLE_COMPILE_CACHE, as for Node's own, goes without.
 */
export class CompiledCode {
  readonly #folder: string;
  readonly #origin: string;
  readonly #fresh = new Map<string, Script>();
  readonly #taken = new Map<string, Script>();

  /**
   * @param folder may be missing
   * @param origin the file whose owner is trusted
   */
  constructor(folder: string, origin: string) {
    this.#folder = join(folder, `${versions.v8}-${arch}`);
    this.#origin = origin;
  }

  /** @returns what the next use of `memory` overwrites; undefined: nothing is kept, or by somebody who is not trusted */
  read(name: string, memory: ReusedBuffer): Buffer | undefined {
    if (env['NODE_DISABLE_COMPILE_CACHE']) return undefined;
    let fd: number;
    try {
      fd = openSync(this.#fileOf(name), 'r');
    } catch {
      return undefined;
    }
    try {
      const { uid, mode } = fstatSync(fd);
      const isTheirs = (uid === 0 || uid === statSync(this.#origin).uid) && (mode & OTHERS_WRITE) === 0;
      return isTheirs ? memory.read(fd) : undefined;
    } catch {
      // No file at all, or one of a disk that fails.
      return undefined;
    } finally {
      closeSync(fd);
    }
  }

  /** V8 took what was kept of it: it is kept again only with what is new, by then with functions that this run alone has called. */
  keepWithNew(name: string, script: Script): void {
    this.#taken.set(name, script);
  }

  /** With the functions that will have been called by then. */
  keepAtEnd(name: string, script: Script): void {
    if (env['NODE_DISABLE_COMPILE_CACHE']) return;
    if (this.#fresh.size === 0) process.once('exit', () => this.#keep());
    this.#fresh.set(name, script);
  }

  /** What V8 refused; not where this start is the one with other flags, or two would replace each other's for ever. */
  replaceAtEnd(name: string, script: Script): void {
    if (execArgv.length === 0 && !env['NODE_OPTIONS']) this.keepAtEnd(name, script);
  }

  #keep(): void {
    try {
      if (geteuid?.() !== statSync(this.#origin).uid) return;
      mkdirSync(this.#folder, { recursive: true, mode: 0o755 });
      for (const [name, script] of [...this.#taken, ...this.#fresh])
        this.#write(this.#fileOf(name), script.createCachedData());
    } catch {
      // A read-only folder, a full disk: the next start compiles again.
    }
  }

  /** Whole, or not at all: V8 believes what it reads, but for its beginning and its length. */
  #write(file: string, code: Buffer): void {
    const draft = `${file}-${pid}`;
    try {
      // It writes on until all is written, or fails.
      writeFileSync(draft, code, { flag: 'wx', mode: 0o644, flush: true });
      renameSync(draft, file);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  #fileOf(name: string): string {
    return join(this.#folder, `${name}.bin`);
  }
}
