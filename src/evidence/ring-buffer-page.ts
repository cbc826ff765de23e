/** Where things stand in a page of per_cpu/cpuN/trace_pipe_raw: what events/header_page of the tracefs says. */
export type PageLayout = {
  /** Bytes of a whole page. */
  readonly size: number;
  /** Offset of the commit word's low 32 bits. */
  readonly commit: number;
  /** Offset of the first entry. */
  readonly data: number;
};

/** Nanoseconds since the trace clock's zero, and where the event's own record begins and ends in the page. */
export type VisitRecord = (at: number, start: number, end: number) => void;

/** The commit word's low part is the number of bytes; the high one tells of overwritten events (kernel/trace/ring_buffer.c). */
const COMMIT_SIZE = 0x000f_ffff;

/** Values of an entry's type_len beyond the lengths: ring_buffer_type, include/linux/ring_buffer.h. */
const PADDING = 29;
const TIME_EXTEND = 30;
const TIME_STAMP = 31;
/** time_extend and time_stamp hold a time of 59 bits in two parts. */
const DELTA = 2 ** 27;
const STAMP = 2 ** 59;

export const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Walks the records of one page of the ring buffer in their order (ring_buffer.h, events/header_event). What is cut off
 * or nonsense ends the walk; nothing is read beyond the page.
 * @param length bytes of the page that were read
 */
export function walkPage(
  view: DataView,
  length: number,
  layout: PageLayout,
  visit: VisitRecord,
  little = isLittleEndian,
): void {
  if (length < layout.data) return;
  const pageTime = readU64(view, 0, little);
  const commit = view.getUint32(layout.commit, little);
  const end = Math.min(layout.data + (commit & COMMIT_SIZE), length);
  let at = pageTime;
  for (let position = layout.data; position + 4 <= end; ) {
    const word = view.getUint32(position, little);
    const kind = little ? word & 31 : word >>> 27;
    const delta = little ? word >>> 5 : word & (DELTA - 1);
    const isLong = kind === 0 || kind >= PADDING;
    if (isLong && (kind !== PADDING || delta !== 0) && position + 8 > end) break;
    const extra = isLong && position + 8 <= end ? view.getUint32(position + 4, little) : 0;
    if (kind === PADDING) {
      // Without a time it fills the rest of the page; else it is an event that was taken back.
      if (delta === 0) break;
      at += delta;
      position += 4 + extra;
    } else if (kind === TIME_EXTEND) {
      at += extra * DELTA + delta;
      position += 8;
    } else if (kind === TIME_STAMP) {
      at = Math.floor(pageTime / STAMP) * STAMP + extra * DELTA + delta;
      position += 8;
    } else {
      at += delta;
      const start = position + (kind === 0 ? 8 : 4);
      const next = position + 4 + (kind === 0 ? extra : kind * 4);
      if (next > end || next < start) break;
      visit(at, start, next);
      position = next;
    }
  }
}

/** Exact up to 2^53 ns, 104 days of uptime; beyond that to some nanoseconds. */
const readU64 = (view: DataView, position: number, little: boolean) =>
  view.getUint32(position + (little ? 4 : 0), little) * 2 ** 32 + view.getUint32(position + (little ? 0 : 4), little);
