/** Behind the header; type and class follow the name (RFC 1035, 4.1). */
const HEADER = 12;
const TYPE_AND_CLASS = 4;
/** Of a name in octets, and of one of its labels (RFC 1035, 2.3.4). */
const MOST_NAME = 255;
const MOST_LABEL = 63;

/**
 * The first question of a DNS message, for comparing: two that ask the same are the same text, in whatever case.
 * @returns undefined where there is none, or where its name is a pointer, which no question's is
 */
export function questionOf(message: Buffer): string | undefined {
  let at = HEADER;
  for (let label = message[at]; label !== 0; label = message[at]) {
    if (label === undefined || label > MOST_LABEL || at - HEADER > MOST_NAME) return undefined;
    at += 1 + label;
  }
  const end = at + 1 + TYPE_AND_CLASS;
  return end > message.length ? undefined : message.toString('latin1', HEADER, end).toLowerCase();
}
