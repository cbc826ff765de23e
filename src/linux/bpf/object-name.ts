/** The kernel's room for a name, with the NUL at its end (BPF_OBJ_NAME_LEN). */
const ROOM = 16;

/** A name as the two words of union bpf_attr that hold it. Letters, digits, `_` and `.` alone are allowed. */
export function objectName(name: string): readonly [bigint, bigint] {
  const bytes = Buffer.alloc(ROOM);
  bytes.write(name.slice(0, ROOM - 1), 'latin1');
  return [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(8)];
}
