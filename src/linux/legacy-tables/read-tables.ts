import { closeSync } from 'node:fs';
import { libcFunction } from '../libc.js';
import { isErrno } from '../linux-error.js';
import { AF_INET, AF_INET6, openSocket, SOCK_RAW } from '../socket.js';
import { decodeTable, ENTRIES, INFO, type LegacyFamily, type LegacyTable, NAME_SIZE } from './decode-table.js';

const getsockopt = libcFunction('int getsockopt(int fd, int level, int name, void *value, void *size)');

/** ip(7), ipv6(7). */
const IPPROTO_RAW = 255;
const FAMILIES = { ip: { domain: AF_INET, level: 0 }, ip6: { domain: AF_INET6, level: 41 } } as const;

/** IPT_SO_GET_INFO and IPT_SO_GET_ENTRIES, and the same numbers for IPv6. */
const GET_INFO = 64;
const GET_ENTRIES = 65;

/** A table may be replaced between its two questions; so often it is asked for anew. */
const ATTEMPTS = 5;

/**
 * Reads tables of the iptables before nftables, of the calling thread's network namespace. Nothing is changed: only those
 * are asked for that are there.
 * @param names of /proc/net/ip_tables_names or /proc/net/ip6_tables_names
 * @throws {LinuxError} EPERM without CAP_NET_RAW and CAP_NET_ADMIN
 */
export function readLegacyTables(family: LegacyFamily, names: readonly string[]): LegacyTable[] {
  if (names.length === 0) return [];
  const fd = openSocket(FAMILIES[family].domain, SOCK_RAW, IPPROTO_RAW);
  try {
    return names.flatMap((name) => readTable(fd, family, name) ?? []);
  } finally {
    closeSync(fd);
  }
}

/** @returns undefined where it has gone, or is replaced all the time */
function readTable(fd: number, family: LegacyFamily, name: string): LegacyTable | undefined {
  const { level } = FAMILIES[family];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const info = ask(fd, level, GET_INFO, request(name, INFO.length));
      const size = info.readUInt32LE(INFO.size);
      const wanted = request(name, ENTRIES.first + size);
      wanted.writeUInt32LE(size, ENTRIES.size);
      return decodeTable(family, info, ask(fd, level, GET_ENTRIES, wanted).subarray(ENTRIES.first));
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      if (!isErrno(error, 'EAGAIN')) throw error;
    }
  }
  return undefined;
}

function request(name: string, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.write(name, 0, NAME_SIZE - 1, 'latin1');
  return bytes;
}

function ask(fd: number, level: number, question: number, value: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(value.length);
  getsockopt(fd, level, question, value, size);
  return value;
}
