import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../wait.js';
import { endOf, listening } from './listening.js';

/** A job that says that it runs, and goes on when it is asked to. */
export class HeldJob implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'netmeter-held-'));
  /** The shell line that waits, until the folder is gone at the latest. */
  readonly line =
    `ip route show default >'${this.#folder}/routes'; touch '${this.#folder}/up'; until [ -e '${this.#folder}/go' ] || [ ! -e '${this.#folder}/up' ]; do sleep 0.02; done`;

  constructor() {
    spawnSync('chmod', ['0777', this.#folder]);
  }

  /** Waits until it does. @returns the gateway by which it has its network */
  async running(): Promise<string> {
    await until('the held job runs', () => existsSync(join(this.#folder, 'up')));
    return / via (\S+)/.exec(readFileSync(join(this.#folder, 'routes'), 'utf8'))?.[1] ?? '';
  }

  goOn(): void {
    writeFileSync(join(this.#folder, 'go'), '');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Where relays listen at an address of this host, as ADDRESS:PORT. */
export function listeningRelays(address: string): string[] {
  const found = listening('udp').filter(({ local }) => local.address === address);
  expect(found).not.toEqual([]);
  return found.map(endOf);
}
