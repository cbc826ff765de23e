/** Where packets may or may not go: a name with whatever addresses it leads to, or addresses themselves. */
export type Destination =
  /** In lower case; `*.example.org` stands for every name below example.org. */
  | { readonly kind: 'name'; readonly pattern: string }
  | { readonly kind: 'network'; readonly family: '4' | '6'; readonly network: string };

/** With `allow` all else is refused; what is in both is refused. */
export type Egress = { readonly allow: readonly Destination[]; readonly deny: readonly Destination[] };

/** Whether a pattern of the list stands for the name. */
export const namesMatch = (list: readonly Destination[], name: string) =>
  list.some((each) => each.kind === 'name' && matches(each.pattern, name));

const matches = (pattern: string, name: string) =>
  pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) && name.length >= pattern.length : name === pattern;

/** Whether names decide, so that the command's look-ups must be seen. */
export const hasNames = ({ allow, deny }: Egress) => [...allow, ...deny].some(({ kind }) => kind === 'name');
