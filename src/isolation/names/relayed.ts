import type { Boundary } from '../../boundary.js';
import type { Resolver } from './ask-resolver.js';
import type { DnsAdmitter, DnsObserver } from './dns-exchange.js';

/** Where a question comes from. */
export type DnsClient = { readonly address: string; readonly port: number };

/** Who is asked for whom, and who looks on. */
export type Relayed = {
  readonly server: Resolver;
  readonly observe?: DnsObserver | undefined;
  /** Answers of our own; undefined: the server is asked. */
  readonly answer?: (question: Buffer) => Buffer | undefined;
  readonly admit?: DnsAdmitter | undefined;
  /** Whose questions are answered, and counted; those of all by default. */
  readonly isClient?: ((client: DnsClient, protocol: 'udp' | 'tcp') => boolean) | undefined;
  /** Where exceptions end. */
  readonly boundary: Boundary;
};
