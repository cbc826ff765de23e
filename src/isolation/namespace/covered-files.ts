import { chmodSync, writeFileSync } from 'node:fs';
import { bindMount, mountMemory, unmount } from '../../linux/mounts/mount.js';
import { MountNamespace } from '../../linux/mounts/mount-namespace.js';
import type { CoveredFile } from '../names/resolver.js';

/** Where the covers are made; it is shown as it was again at once. */
const FOLDER = '/tmp';

/** A mount namespace in which files of the host have another text, on a file system that nobody else knows. */
export const coverFiles = (files: readonly CoveredFile[]): MountNamespace =>
  MountNamespace.create(() => {
    mountMemory('netmeter', FOLDER, 'size=1m,mode=755');
    files.forEach(({ target, text }, index) => {
      const cover = `${FOLDER}/${index}`;
      writeFileSync(cover, text);
      chmodSync(cover, 0o644);
      bindMount(cover, target);
    });
    unmount(FOLDER);
  });
