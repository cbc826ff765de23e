import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes, addressText } from '../../../../src/linux/ip/ip-address.js';
import { decodeRemote, REMOTE, REMOTE_KEY, SERVER_BIT } from '../../../../src/observe/meter/remotes/remote-layout.js';
import { CLASSES, FAMILIES, STEP } from '../../../../src/observe/meter/totals.js';

const octets = fc.maxSafeNat();
const way = fc.record({ octets, packets: octets, payload: octets });
const addressOf = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes));
const remote = fc.constantFrom(...FAMILIES).chain((family) =>
  fc.record({
    class: fc.constantFrom(...CLASSES),
    family: fc.constant(family),
    address: addressOf(family === 'ipv4' ? 4 : 16).map(addressText),
    protocol: fc.nat(255),
    port: fc.nat(65_535),
    role: fc.constantFrom('client' as const, 'server' as const),
    in: way,
    out: way,
    attempts: octets,
    opened: octets,
    first: fc.bigInt(0n, 2n ** 64n - 1n),
    last: fc.bigInt(0n, 2n ** 64n - 1n),
  }),
);
type Remote = ReturnType<typeof decodeRemote>;

/** As the programs write them. */
function encode(each: Remote): { key: Buffer; value: Buffer } {
  const key = Buffer.alloc(REMOTE_KEY.size);
  if (each.family === 'ipv4') key.fill(0xff, 10, 12);
  const address = addressBytes(each.address);
  address.copy(key, 16 - address.length);
  key.writeUInt16LE(each.port, REMOTE_KEY.port);
  key.writeUInt8(each.protocol, REMOTE_KEY.protocol);
  const index = CLASSES.indexOf(each.class) * STEP.class + FAMILIES.indexOf(each.family) * STEP.family;
  key.writeUInt8(((index / STEP.family) << 1) | (each.role === 'server' ? SERVER_BIT : 0), REMOTE_KEY.place);
  const value = Buffer.alloc(REMOTE.size);
  const write = (field: keyof typeof REMOTE.at, number: number | bigint) =>
    value.writeBigUInt64LE(BigInt(number), REMOTE.at[field]);
  for (const name of ['in', 'out'] as const) {
    write(`${name}Octets`, each[name].octets);
    write(`${name}Packets`, each[name].packets);
    write(`${name}Payload`, each[name].payload);
  }
  for (const field of ['attempts', 'opened', 'first', 'last'] as const) write(field, each[field]);
  return { key, value };
}

test('an entry is read as it was written', () => {
  fc.assert(
    fc.property(remote, (each) => {
      const { key, value } = encode(each);
      expect(decodeRemote(key, value)).toEqual(each);
    }),
  );
});

test('any octets are some remote', () => {
  const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map((all) => Buffer.from(all));
  fc.assert(
    fc.property(bytes(REMOTE_KEY.size), bytes(REMOTE.size), (key, value) => {
      const { address, port } = decodeRemote(key, value);
      expect(addressBytes(address).length).toBeGreaterThanOrEqual(4);
      expect(port).toBeLessThan(65_536);
    }),
  );
});
