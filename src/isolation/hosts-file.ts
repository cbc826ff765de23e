import { readFileSync, realpathSync } from 'node:fs';
import type { CoveredFile } from './resolver.js';

/** By which the command can name the machine that it runs on. */
const HOST_NAME = 'host.netmeter.internal';

/** The host's table of names (hosts(5)) as it is; undefined where there is none to cover. */
export function readHostsFile(): CoveredFile | undefined {
  try {
    return { target: realpathSync('/etc/hosts'), text: readFileSync('/etc/hosts', 'utf8') };
  } catch {
    return undefined;
  }
}

/** A table of names with this machine's. */
export const withHostName = (text: string, addresses: readonly string[]) =>
  [text.replace(/\n*$/, ''), ...addresses.map((address) => `${address} ${HOST_NAME}`), ''].join('\n');
