/** Where packets may or may not go: a name with whatever addresses it leads to, or addresses themselves. */
export type Destination =
  /** In lower case; `*.example.org` stands for every name below example.org. */
  | { readonly kind: 'name'; readonly pattern: string }
  | { readonly kind: 'network'; readonly family: '4' | '6'; readonly network: string };

/** With `allow` all else is refused; what is in both is refused. */
export type Egress = { readonly allow: readonly Destination[]; readonly deny: readonly Destination[] };

/** Whether a pattern of the list stands for the name. */
const namesMatch = (list: readonly Destination[], name: string) =>
  list.some((each) => each.kind === 'name' && matches(each.pattern, name));

const matches = (pattern: string, name: string) =>
  pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) && name.length >= pattern.length : name === pattern;

/** An address, the name that was asked for it, and the other names of the chain that led there. */
export type Led = { readonly address: string; readonly name: string; readonly aliases?: readonly string[] };

/**
 * Whether an address is on a list. What is denied is so under every name of its chain; what is allowed, under the name that
 * was asked for alone: who answers for that one writes the rest of the chain.
 */
export function isListed({ allow, deny }: Egress, verdict: 'allowed' | 'denied', { name, aliases = [] }: Led): boolean {
  if (verdict === 'allowed') return namesMatch(allow, name);
  return [name, ...aliases].some((each) => namesMatch(deny, each));
}

/** Whether names decide, so that the command's look-ups must be seen. */
export const hasNames = ({ allow, deny }: Egress) => [...allow, ...deny].some(({ kind }) => kind === 'name');
