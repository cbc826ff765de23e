import { decode } from 'dns-packet';

/** What an answer says of the question's own name, whatever chain of aliases (CNAME) led to the addresses. */
export type DecodedAnswer = {
  /** NOERROR, NXDOMAIN, SERVFAIL ... (RFC 1035, 4.1.1). */
  readonly code: string;
  /** In lower case, without the root's dot. */
  readonly name: string;
  /** Of A and AAAA records. */
  readonly addresses: readonly string[];
};

/** @returns undefined for what is no DNS message with a question */
export function decodeAnswer(message: Buffer): DecodedAnswer | undefined {
  try {
    const { questions = [], answers = [], ...head } = decode(message);
    const name = questions[0]?.name;
    if (name === undefined) return undefined;
    const addresses = answers.flatMap((answer) => (answer.type === 'A' || answer.type === 'AAAA' ? [answer.data] : []));
    // The package knows the code, its types do not.
    const { rcode = 'NOERROR' } = head as { rcode?: string };
    return { code: rcode, name: name.toLowerCase().replace(/\.$/, ''), addresses };
  } catch {
    return undefined;
  }
}
