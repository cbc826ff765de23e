import { readFileSync } from 'node:fs';
import type { Account } from '../command/account.js';
import { NetmeterError } from '../errors.js';

/** The process that called, and its account. */
export type Caller = Required<Pick<Account, 'uid' | 'gid' | 'groups'>> & { readonly pid: number };

type ReadText = (file: string) => string;

const readText: ReadText = (file) => readFileSync(file, 'latin1');

/**
 * Who called, as the kernel knows it: the account of the process whose descriptor the socket is (proc(5), Uid, Gid and Groups of
 * status). What that process says of itself is not asked.
 * @param path of the socket: /proc/PID/fd/N
 * @param sudoUid what sudo says who called; undefined: root itself
 * @throws {NetmeterError} USAGE when it is another user's process, or none
 */
export function readCaller(path: string, sudoUid: string | undefined, read: ReadText = readText): Caller {
  const pid = /^\/proc\/([1-9]\d*)\/fd\/\d+$/.exec(path)?.[1];
  if (pid === undefined) throw refused('it takes a descriptor of its caller');
  const status = statusOf(pid, read);
  const numbers = (key: string) =>
    (new RegExp(`^${key}:([\\d\\t ]*)$`, 'm').exec(status)?.[1] ?? '').trim().split(/\s+/).filter(Boolean).map(Number);
  const [uid] = numbers('Uid');
  const [gid] = numbers('Gid');
  if (uid === undefined || gid === undefined) throw refused('its caller has gone');
  if (sudoUid !== undefined && sudoUid !== '0' && sudoUid !== `${uid}`) throw refused('its caller is another user');
  return { pid: Number(pid), uid, gid, groups: numbers('Groups') };
}

function statusOf(pid: string, read: ReadText): string {
  try {
    return read(`/proc/${pid}/status`);
  } catch {
    throw refused('its caller has gone');
  }
}

const refused = (reason: string) =>
  new NetmeterError('USAGE', `netmeter's privileged part is for netmeter alone: ${reason}`);
