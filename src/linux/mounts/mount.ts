import { libcFunction } from '../libc.js';

const mount = libcFunction(
  'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
);
const umount2 = libcFunction('int umount2(const char *target, int flags)');

/** linux/mount.h. */
const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_SLAVE = 0x80000;

/** Shows a new file system in memory at a folder. @param options of tmpfs(5): `size=1m,mode=755` */
export const mountMemory = (name: string, target: string, options: string): number =>
  mount(name, target, 'tmpfs', 0, options);

/** Shows a file or folder at another place too. */
export const bindMount = (source: string, target: string): number => mount(source, target, null, MS_BIND, null);

/** Keeps what is mounted from now on from the namespace that this one was copied from; what is mounted there comes here too. */
export const followMounts = (target: string): number => mount('none', target, null, MS_REC | MS_SLAVE, null);

export const unmount = (target: string): number => umount2(target, 0);
