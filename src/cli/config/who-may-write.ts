import { readFileSync, readlinkSync, type Stats } from 'node:fs';
import { OWN_BEHALF } from '../../files/behalf.js';
import { HeldPlace } from '../../files/held-place.js';
import { listedWriters, type Writer } from '../../linux/access-list.js';
import { NoLibcError } from '../../linux/load-koffi.js';

/** stat(2). */
const S_ISVTX = 0o1000;
const S_IWGRP = 0o020;
const S_IWOTH = 0o002;

/**
 * Why somebody else could have written a file, or put another in its place: the file itself, a folder or a link on its way.
 * @param trusted the users who may
 * @returns undefined when nobody else could
 * @throws the error of the system
 */
export function whoElseMayWrite(path: string, trusted: readonly number[]): string | undefined {
  const reasons: (string | undefined)[] = [];
  using place = HeldPlace.find(path, OWN_BEHALF, (step, at) => {
    const name = step.isSymbolicLink() ? 'a link on its way' : nameOf(at);
    reasons.push(reasonIn({ step, at, name }, trusted));
  });
  const present = place.present();
  if (present) reasons.push(reasonIn({ step: present, at: place.path(), name: 'it' }, trusted));
  return reasons.find((reason) => reason !== undefined);
}

const nameOf = (folder: string) => readlinkSync(folder);

type Step = { readonly step: Stats; readonly at: string; readonly name: string };

function reasonIn({ step, at, name }: Step, trusted: readonly number[]): string | undefined {
  const { uid, gid, mode } = step;
  if (!trusted.includes(uid)) return `${name} belongs to user ${uid}`;
  // A link has no mode of its own; in a folder with this bit (/tmp) nobody moves what is another's.
  if (step.isSymbolicLink() || (step.isDirectory() && (mode & S_ISVTX) !== 0)) return undefined;
  if ((mode & S_IWOTH) !== 0) return `${name} may be written to by everybody`;
  if ((mode & S_IWGRP) === 0) return undefined;
  const writer = groupWriters(at, gid).find((each) => !isTrusted(each, trusted));
  return writer && `${name} may be written to by ${writer.kind} ${writer.id}`;
}

type Grantee = {
  readonly kind: 'user' | 'group' | 'somebody whom an access list may name, beside group';
  readonly id: number;
};

/** Whom the group's bits of a mode stand for: the group, and where there is an access list whoever that names. */
function groupWriters(path: string, gid: number): Grantee[] {
  const named = ({ kind, id }: Writer): Grantee =>
    kind === 'owning-group' ? { kind: 'group', id: gid } : { kind, id };
  try {
    return listedWriters(path)?.map(named) ?? [{ kind: 'group', id: gid }];
  } catch (error) {
    if (!(error instanceof NoLibcError)) throw error;
    return [{ kind: 'somebody whom an access list may name, beside group', id: gid }];
  }
}

function isTrusted({ kind, id }: Grantee, trusted: readonly number[]): boolean {
  if (kind === 'user') return trusted.includes(id);
  return kind === 'group' && isPrivate(id, trusted);
}

/** Whether a group has no member but the trusted: many systems give each user one, and files are written to by it. */
function isPrivate(gid: number, trusted: readonly number[]): boolean {
  const users = linesOf('/etc/passwd').map(([name = '', , uid, group]) => ({
    name,
    uid: Number(uid),
    gid: Number(group),
  }));
  const listed = linesOf('/etc/group').find(([, , number]) => Number(number) === gid);
  // Another source may know its members.
  if (!listed) return false;
  const names = (listed[3] ?? '').split(',').filter(Boolean);
  const members = users.filter((user) => user.gid === gid || names.includes(user.name));
  const known = names.every((name) => users.some((user) => user.name === name));
  return known && members.every(({ uid }) => trusted.includes(uid));
}

function linesOf(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}
