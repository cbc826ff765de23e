/** A question that was passed on, and the answer to it; without one it took longer than a client waits, or was refused. */
export type DnsExchange = {
  /** DNS messages (RFC 1035, 4.1), without TCP's length before them. */
  readonly question: Buffer;
  readonly answer: Buffer | undefined;
  readonly ms: number;
};

export type DnsObserver = (exchange: DnsExchange) => void;

/** Has an answer before the one who asked; it is passed on when this settles. */
export type DnsAdmitter = (answer: Buffer) => Promise<void>;
