import { libcFunction } from './libc.js';
import { isErrno } from './linux-error.js';

const getxattr = libcFunction('long getxattr(const char *path, const char *name, void *value, unsigned long size)');

/** linux/limits.h: XATTR_SIZE_MAX. */
const MOST_OCTETS = 65_536;
/** struct posix_acl_xattr_header and _entry of linux/posix_acl_xattr.h: a version; tag, permissions and id each. */
const HEADER = 4;
const ENTRY = 8;
const ACL_WRITE = 2;
const ALL = 7;
const TAGS = new Map([
  [2, 'user'],
  [4, 'owning-group'],
  [8, 'group'],
] as const);
const ACL_MASK = 16;

/** Somebody besides the owner and all others who may write: a user, a group, or the group that the file belongs to. */
export type Writer = { readonly kind: 'user' | 'group' | 'owning-group'; readonly id: number };

/**
 * Who may write to a file or folder by its access list (acl(5)). The group's bits of its mode are the list's mask then: the most
 * that anybody whom it names may do.
 * @returns undefined where it has no list
 * @throws {LinuxError} getxattr; {NoLibcError}
 */
export function listedWriters(path: string): readonly Writer[] | undefined {
  return entriesAt(path)?.flatMap(({ tag, may, id }) => {
    const kind = TAGS.get(tag as 2 | 4 | 8);
    return kind && (may & ACL_WRITE) !== 0 ? [{ kind, id }] : [];
  });
}

/** What the group that it belongs to may do: a digit of a mode. @returns undefined where it has no list @throws as above */
export const owningGroupMay = (path: string): number | undefined =>
  entriesAt(path)?.find(({ tag }) => TAGS.get(tag as 4) === 'owning-group')?.may;

type Entry = { readonly tag: number; readonly may: number; readonly id: number };

function entriesAt(path: string): readonly Entry[] | undefined {
  const value = Buffer.alloc(MOST_OCTETS);
  try {
    return masked(value.subarray(0, getxattr(path, 'system.posix_acl_access', value, value.length)));
  } catch (error) {
    // ENODATA: its mode says all; EOPNOTSUPP: the filesystem has no lists.
    if (isErrno(error, 'ENODATA', 'EOPNOTSUPP')) return undefined;
    throw error;
  }
}

/** @param value of the extended attribute @returns the entries with what they may do by the mask */
function masked(value: Buffer): readonly Entry[] {
  const entries = Array.from({ length: Math.floor((value.length - HEADER) / ENTRY) }, (_, index) => {
    const at = HEADER + ENTRY * index;
    return { tag: value.readUInt16LE(at), may: value.readUInt16LE(at + 2), id: value.readUInt32LE(at + 4) };
  });
  const mask = entries.find(({ tag }) => tag === ACL_MASK)?.may ?? ALL;
  return entries.map((entry) => ({ ...entry, may: entry.may & mask }));
}
