/** The names that a command's namespace has for the ends of its links, by what leads through them, and for its tap: their counters go by these. */
export const INNER_DEVICES = { ipv4: 'nm4', ipv6: 'nm6', 'host-local': 'nmh', tap: 'nm0' } as const;
