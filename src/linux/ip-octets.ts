/**
 * An address of IPv4 or IPv6 in the network's order of octets: 4 or 16 of them.
 * @param address as inet_pton(3) takes it, without a zone; anything else gives octets without a meaning
 */
export function ipOctets(address: string): Buffer {
  return address.includes(':') ? ipv6Octets(address) : Buffer.from(address.split('.').map(Number));
}

/** RFC 4291, 2.2: `::` stands for as many zeros as are missing, and the last 4 octets may be written as in IPv4. */
function ipv6Octets(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const [first, last] = [groups(head), groups(tail ?? '')];
  return Buffer.concat([first, Buffer.alloc(Math.max(0, 16 - first.length - last.length)), last]);
}

const groups = (text: string) =>
  Buffer.concat(
    text
      .split(':')
      .filter((group) => group !== '')
      .map((group) => (group.includes('.') ? ipOctets(group) : Buffer.from(group.padStart(4, '0'), 'hex'))),
  );
