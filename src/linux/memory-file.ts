import { libcFunction } from './libc.js';

const memfdCreate = libcFunction('int memfd_create(const char *name, unsigned int flags)');

/** linux/memfd.h. */
const MFD_CLOEXEC = 1;

/** A file without a name in any folder (memfd_create(2)), closed on exec. @throws {LinuxError} memfd_create */
export const memoryFile = (name: string): number => Number(memfdCreate(name, MFD_CLOEXEC));
