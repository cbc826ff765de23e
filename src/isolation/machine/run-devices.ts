import { INNER_DEVICES } from '../../inner-devices.js';

/** The name of the first of a run's links, at the host's end. */
export const linkName = (number: number): string => `nm${number}`;

const INNER: ReadonlySet<string> = new Set(Object.values(INNER_DEVICES));

/**
 * Whether a device is the host's end of a run's link, by its name. In a namespace of netmeter's own the inner ends are what leads
 * out: no run has a number whose link would be named like one of them.
 */
export const isHostEnd = (device: string): boolean => /^nm\d/.test(device) && !INNER.has(device);
