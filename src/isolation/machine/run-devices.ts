/** A namespace's names of its links' ends, by what leads through them, and of its tap in user-mode. */
export const INNER_DEVICES = { ipv4: 'nm4', ipv6: 'nm6', 'host-local': 'nmh', tap: 'nm0' } as const;

/** The name of the first of a run's links, at the host's end. */
export const linkName = (number: number): string => `nm${number}`;

const INNER: ReadonlySet<string> = new Set(Object.values(INNER_DEVICES));

/**
 * Whether a device is the host's end of a run's link, by its name. In a namespace of netmeter's own the inner ends are what leads
 * out: no run has a number whose link would be named like one of them.
 */
export const isHostEnd = (device: string): boolean => /^nm\d/.test(device) && !INNER.has(device);
