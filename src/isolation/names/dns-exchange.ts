/** The answer to a question that was passed on; without one it took longer than a client waits, or was refused. */
export type DnsExchange = {
  /** The nameserver's address. */
  readonly server: string;
  /** A DNS message (RFC 1035, 4.1), without TCP's length before it. */
  readonly answer: Buffer | undefined;
  readonly ms: number;
};

export type DnsObserver = (exchange: DnsExchange) => void;

/** Has an answer before the one who asked; it is passed on when this settles. */
export type DnsAdmitter = (answer: Buffer) => Promise<void>;
