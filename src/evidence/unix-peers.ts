import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** It answers in 10 ms. */
const LONGEST_MS = 2000;

/**
 * Asks which unix sockets of a namespace are connected with which: inodes, both ways. /proc does not tell.
 * @param argv `ss`, and what runs it in the namespace
 * @returns undefined: it could not be asked, or the kernel does not say (no unix_diag)
 */
export async function unixPeers(argv: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
  const [file = '', ...rest] = [...argv, '-xa'];
  const options = { timeout: LONGEST_MS, maxBuffer: 64 << 20, env: { LC_ALL: 'C' } };
  const answer = await promisify(execFile)(file, rest, options).catch(() => undefined);
  return answer && parsePeers(answer.stdout);
}

/** Parses `ss -x`: kind, state, two queues, name and inode of either end; an inode of 0 is nobody's. */
export function parsePeers(text: string): ReadonlyMap<string, string> | undefined {
  const rows = text.split('\n').flatMap((line) => {
    const [, inode = '0', peer = '0'] = /^u_\w+ +\S+ +\d+ +\d+ .*? (\d+) +\S.* (\d+) *$/.exec(line) ?? [];
    return inode === '0' || peer === '0' ? [] : [[inode, peer] as const];
  });
  return rows.length > 0 ? new Map(rows) : undefined;
}
