import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type RemoteEntry, RemoteListing, type UncountedRemotes } from './remote-listing.js';
import { type CountedLink, INSIDE, remoteRules } from './remote-rules.js';
import type { RemoteSource } from './scope.js';

const TABLE = 'inet netmeter_remotes';

/** Counts remotes by a table in the command's own namespace, where the command has no right to change it. */
export class RemoteTable implements RemoteSource {
  readonly counts: Promise<boolean>;
  readonly #nft: readonly string[];
  #isCounting = false;

  /** @param nft argv of nft in the namespace */
  constructor(nft: readonly string[], links: readonly CountedLink[], hasServer: boolean) {
    this.#nft = nft;
    const rules = [`add table ${TABLE}`, ...remoteRules({ table: TABLE, links, hasServer, ...INSIDE })];
    this.counts = run([...nft, '-f', '-'], `${rules.join('\n')}\n`, () => {}).then((works) => {
      this.#isCounting = works;
      return works;
    });
  }

  get isCounting(): boolean {
    return this.#isCounting;
  }

  async list(take: (entry: RemoteEntry) => void, takeUncounted: (rest: UncountedRemotes) => void): Promise<boolean> {
    if (!(await this.counts)) return false;
    const listing = new RemoteListing(take, takeUncounted);
    return run([...this.#nft, 'list', 'table', ...TABLE.split(' ')], '', (line) => listing.line(line));
  }
}

/** Runs a program with some input and hands over what it prints. @returns whether it succeeded */
async function run([file = '', ...words]: readonly string[], input: string, take: (line: string) => void) {
  const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const lines = createInterface({ input: child.stdout }).on('line', take);
  const status = once(child, 'close').then(
    ([code]) => code === 0,
    () => false,
  );
  const works = await status;
  lines.close();
  return works;
}
