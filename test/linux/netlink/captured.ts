import { readFileSync } from 'node:fs';

const captured: Readonly<Record<string, string>> = JSON.parse(
  readFileSync('fixtures/netlink/rtnetlink.json', 'utf8'),
) as Record<string, string>;

/** A datagram as Linux 6.18 sent it (x86-64). */
export const datagram = (name: string): Buffer => Buffer.from(captured[name] ?? '', 'hex');
