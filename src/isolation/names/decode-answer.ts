import { type Answer, decode } from 'dns-packet';

/** What an answer says of the question's own name, whatever chain of aliases (CNAME) resolved to the addresses. */
export type DecodedAnswer = {
  /** NOERROR, NXDOMAIN, SERVFAIL ... (RFC 1035, 4.1.1). */
  readonly code: string;
  /** In lower case, without the root's dot. */
  readonly name: string;
  /** The same for every other name of the chain: aliases, what they stand for (CNAME), and whose the addresses are. */
  readonly aliases: readonly string[];
  /** Of A and AAAA records. */
  readonly addresses: readonly string[];
};

/** @returns undefined for what is no DNS message with a question */
export function decodeAnswer(message: Buffer): DecodedAnswer | undefined {
  try {
    const { questions = [], answers = [], ...head } = decode(message);
    const [question] = questions;
    if (question === undefined) return undefined;
    const name = plain(question.name);
    const addresses = answers.flatMap((answer) => (answer.type === 'A' || answer.type === 'AAAA' ? [answer.data] : []));
    // The package knows the code, its types do not.
    const { rcode = 'NOERROR' } = head as { rcode?: string };
    const chain = answers.flatMap(namesOf).map(plain);
    return { code: rcode, name, aliases: [...new Set(chain)].filter((each) => each !== name), addresses };
  } catch {
    return undefined;
  }
}

const plain = (name: string) => name.toLowerCase().replace(/\.$/, '');

function namesOf(answer: Answer): string[] {
  if (answer.type === 'CNAME') return [answer.name, answer.data];
  return answer.type === 'A' || answer.type === 'AAAA' ? [answer.name] : [];
}
