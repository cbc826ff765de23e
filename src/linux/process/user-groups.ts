import { libcFunction } from '../libc.js';

const getgrouplist = libcFunction('int getgrouplist(const char *user, unsigned int group, void *groups, void *count)');

/** NGROUPS_MAX, linux/limits.h. */
const MOST_GROUPS = 65_536;

/**
 * All groups of a user, `gid` included, as a login gives them: from every source that nsswitch.conf(5) names, by
 * getgrouplist(3).
 */
export function groupsOf(user: string, gid: number): readonly number[] {
  const groups = Buffer.alloc(4 * MOST_GROUPS);
  const count = Buffer.alloc(4);
  count.writeInt32LE(MOST_GROUPS);
  getgrouplist(user, gid, groups, count);
  return Array.from({ length: count.readInt32LE() }, (_, index) => groups.readUInt32LE(4 * index));
}
