import { promises as dns } from 'node:dns';

/** The names that addresses have in the reverse zones (PTR, RFC 1035), as far as they are known in time. */
export type ReverseNames = ReadonlyMap<string, string>;

/** All of them together may take so long: it is only for the reader. */
const WITHIN_MS = 1000;

/**
 * Asks the host's own resolvers, not through the command's network. A name there is given by whoever has the address, and
 * need not be the one that the command asked for.
 */
export async function reverseNames(addresses: readonly string[], withinMs = WITHIN_MS): Promise<ReverseNames> {
  const resolver = new dns.Resolver({ timeout: withinMs, tries: 1 });
  const found = new Map<string, string>();
  const asked = addresses.map(async (address) => {
    const [name] = await resolver.reverse(address).catch(() => []);
    if (name !== undefined) found.set(address, name);
  });
  const late = setTimeout(() => resolver.cancel(), withinMs);
  await Promise.all(asked);
  clearTimeout(late);
  return found;
}
