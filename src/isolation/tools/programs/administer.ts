import type { NoPromise } from '../../../linux/no-promise.js';

/**
 * Starts a process of netmeter's own in a command's namespace, with the rights over it: the thread that calls `spawn` is
 * inside, or the words that it gets lead there.
 */
export type Administer = <T>(spawn: (enter: readonly string[]) => NoPromise<T>) => T;
