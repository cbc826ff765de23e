/** Takes the answer to one question: a DNS message (RFC 1035, 4.1), without TCP's length before it. */
export type DnsAnswered = (answer: Buffer, ms: number) => void;

/**
 * Hears of each question as it is asked, and by what it returns of the answer: what is never answered has been asked all the
 * same, also where the command has ended meanwhile.
 * @param server the nameserver's address
 */
export type DnsObserver = (server: string) => DnsAnswered;

/** Questions that are seen. `isWhole`: none was lost before it could be, so far. */
export type SeenQuestions = { readonly isWhole: () => boolean };

/** Has an answer before the one who asked; it is passed on when this settles. */
export type DnsAdmitter = (answer: Buffer) => Promise<void>;
