/**
 * What keeps a namespace of netmeter's own from being what this machine is for a command.
 * cannot: it would not start, or lead nowhere. evades: its packets would not meet what this machine does with its own.
 * lacks: something of this machine's network would not be there, which its scope says itself.
 */
export type Obstacle = {
  readonly kind: 'cannot' | 'evades' | 'lacks';
  readonly reason: string;
  readonly cure: string;
};

/** What nothing but running on the machine itself cures. */
export const IN_PLACE = 'measure in place: --in-place';
