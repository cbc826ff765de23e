import { type Answer, encode } from 'dns-packet';
import { HOST_QUESTION } from '../../../src/isolation/names/host-name-answer.js';

/** Numbers below 2^32 that only depend on the seed (xorshift, Marsaglia 2003). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const name = 'www.example.org';
const records: Answer[] = [
  { type: 'CNAME', name, data: 'edge.example.net' },
  { type: 'A', name: 'edge.example.net', data: '192.0.2.1' },
  { type: 'AAAA', name: 'edge.example.net', data: '2001:db8::1' },
  { type: 'TXT', name, data: 'text' },
  { type: 'SRV', name, data: { port: 80, weight: 1, priority: 2, target: 'edge.example.net' } },
  { type: 'MX', name, data: { preference: 5, exchange: 'mail.example.org' } },
];

const WHOLE = [
  HOST_QUESTION,
  encode({
    type: 'query',
    id: 7,
    questions: [
      { type: 'A', name: 'host.netmeter.internal' },
      { type: 'AAAA', name },
    ],
  }),
  encode({
    type: 'query',
    id: 8,
    flags: 256,
    questions: [{ type: 'A', name }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  }),
  encode({ type: 'response', id: 9, questions: [{ type: 'A', name }], answers: records }),
] as const;

/** A message of DNS that is broken in some way: bits, length, order; each beginning of the host's question among them. */
export function mutation(random: (below: number) => number, round: number): Buffer {
  if (round <= HOST_QUESTION.length) return Buffer.from(HOST_QUESTION.subarray(0, round));
  const message = Buffer.from(WHOLE[random(WHOLE.length)] ?? HOST_QUESTION);
  for (let changes = random(6); changes > 0; changes--) message[random(message.length)] = random(256);
  switch (random(4)) {
    case 0:
      return message.subarray(0, random(message.length + 1));
    case 1:
      return Buffer.concat([message, Buffer.from(Array.from({ length: random(40) }, () => random(256)))]);
    case 2: {
      const [from, to] = [random(message.length), random(message.length)];
      message.copy(message, to, from);
      return message;
    }
    default:
      return message;
  }
}
