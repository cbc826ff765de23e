import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** So long the kernel may take to end what was killed. */
const KILLED_MS = 10_000;

/** So long a guardian whose end nobody waits for may take: the kernel needs 100 ms and more to remove a trace. */
const LAST_MS = 5_000;

/** What a file of tests has for itself: a folder for temporary files, and a cgroup that tells which processes are its own. */
export class TestMachine {
  readonly folder: string;
  /** Undefined: no cgroup of version 2 can be made here. */
  readonly group: string | undefined;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'nmtest-'));
    // Other users, as whom tests run netmeter, write there too.
    chmodSync(this.folder, 0o1777);
    this.group = makeGroup(basename(this.folder));
  }

  /** Takes a process that has started nothing yet, and with it all that it will start. */
  take(pid: number | undefined): void {
    if (this.group !== undefined && pid !== undefined) writeIfThere(join(this.group, 'cgroup.procs'), `${pid}`);
  }

  /** Ends it with all that is left on it. @returns what did not go by itself: processes, cgroups, files */
  async end(): Promise<string[]> {
    const end = performance.now() + LAST_MS;
    while (this.#left().length > 0 && performance.now() < end) await pause(20);
    const left = this.#left();
    this.endNow();
    return left;
  }

  /** The same where nobody asks what was left, and nothing can be awaited any more. */
  endNow(): void {
    if (this.group !== undefined) writeIfThere(join(this.group, 'cgroup.kill'), '1');
    // The kernel ends them on its own time.
    const end = performance.now() + KILLED_MS;
    while (!this.#removeGroups() && performance.now() < end) pauseThread(5);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #left(): string[] {
    return [...this.#processes(), ...this.#groups(), ...readdirSync(this.folder)];
  }

  #processes(): string[] {
    return this.#folders().flatMap((folder) =>
      readIfThere(join(folder, 'cgroup.procs'))
        .split('\n')
        .filter((pid) => pid !== '')
        .map((pid) => `process ${pid}: ${readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`),
    );
  }

  #groups(): string[] {
    return this.#folders()
      .slice(1)
      .map((folder) => `cgroup ${folder}`);
  }

  /** The group's, and those below it. */
  #folders(): string[] {
    if (this.group === undefined) return [];
    return [this.group, ...foldersBelow(this.group)];
  }

  #removeGroups(): boolean {
    try {
      for (const folder of this.#folders().reverse()) rmdirSync(folder);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ENOENT';
    }
  }
}

const pauseThread = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

function makeGroup(name: string): string | undefined {
  try {
    const [, mount = ''] = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8')) ?? [];
    const [, own = ''] = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8')) ?? [];
    if (mount === '') return undefined;
    const group = join(mount, own, name);
    mkdirSync(group);
    return group;
  } catch {
    return undefined;
  }
}

const foldersBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .flatMap((below) => [below, ...foldersBelow(below)]);

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function writeIfThere(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch {
    // It went meanwhile.
  }
}
