import { readFileSync, realpathSync } from 'node:fs';
import { isIP } from 'node:net';
import type { CoveredFile } from './resolver.js';

/** By which the command can name the machine that it runs on. */
export const HOST_NAME = 'host.netmeter.internal';

/** The host's table of names (hosts(5)) as it is; undefined where there is none to cover. */
export function readHostsFile(file = '/etc/hosts'): CoveredFile | undefined {
  try {
    return { target: realpathSync('/etc/hosts'), text: readFileSync(file, 'utf8') };
  } catch {
    return undefined;
  }
}

/** The host's table where its ports are offered at loopback, which is all of it that is inside. */
export function hostsWithLoopbackName(file?: string): CoveredFile | undefined {
  const hosts = readHostsFile(file);
  return hosts && { ...hosts, text: withHostName(hosts.text, ['127.0.0.1', '::1']) };
}

/** Each name of a table with its address, in lower case. */
export const namesIn = (text: string) =>
  text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return isIP(address) === 0 ? [] : names.map((name) => ({ name: name.toLowerCase(), address }));
  });

/** A table of names with this machine's. */
export const withHostName = (text: string, addresses: readonly string[]) =>
  [text.replace(/\n*$/, ''), ...addresses.map((address) => `${address} ${HOST_NAME}`), ''].join('\n');
