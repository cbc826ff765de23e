import type { TraceEvent } from '../attribution/processes/trace-event.js';
import { type DecodeRecord, RecordReader } from './record-reader.js';
import { isLittleEndian } from './ring-buffer-page.js';
import { type Formats, TRACED_EVENTS, type TracedEvent } from './traced-events.js';

/** Decodes the record that begins at `start`; undefined for an event that is not ours, and for one that was cut. */
export type Decode = DecodeRecord<TraceEvent | undefined>;

/** @returns undefined when the kernel's records lack a field that is needed */
export function eventDecoder(formats: Formats, little = isLittleEndian): Decode | undefined {
  const decoders = new Map<number, Decode>();
  for (const [name, fields] of Object.entries(TRACED_EVENTS)) {
    const format = formats[name as TracedEvent];
    const reader = new RecordReader(format, little);
    if (!reader.has(['common_type', 'common_pid', ...fields])) return undefined;
    decoders.set(format.id, decodersOf[name as TracedEvent](reader));
  }
  // Every record begins with its type, the same way for all (trace_entry).
  const [any] = Object.values(formats);
  const type = any?.fields.get('common_type')?.offset ?? 0;
  return (view, at, start, end) =>
    start + type + 2 > end ? undefined : decoders.get(view.getUint16(start + type, little))?.(view, at, start, end);
}

/** CLONE_THREAD of <linux/sched.h>. */
const THREAD = 0x0001_0000;

const decodersOf: Readonly<Record<TracedEvent, (record: RecordReader) => Decode>> = {
  'sock/sock_send_length': (record) => moved(record, 'out'),
  'sock/sock_recv_length': (record) => moved(record, 'in'),
  'sock/inet_sock_set_state': (record) => {
    const [tid, from, to] = [record.int('common_pid'), record.int('oldstate'), record.int('newstate')];
    const [socket, protocol] = [record.socket('skaddr'), record.short('protocol')];
    const [local, remote] = [record.endpoint('saddr_v6', 'sport'), record.endpoint('daddr_v6', 'dport')];
    return record.decoder((view, at, start) => ({
      kind: 'turned',
      at,
      tid: tid(view, start),
      socket: socket(view, start),
      protocol: protocol(view, start),
      from: from(view, start),
      to: to(view, start),
      local: local(view, start),
      remote: remote(view, start),
    }));
  },
  'task/task_newtask': (record) => {
    const [tid, child, flags] = [record.int('common_pid'), record.int('pid'), record.lowInt('clone_flags')];
    return record.decoder((view, at, start) => ({
      kind: 'forked',
      at,
      tid: tid(view, start),
      child: child(view, start),
      isThread: (flags(view, start) & THREAD) !== 0,
    }));
  },
  'sched/sched_process_exec': (record) => {
    const [tid, wasTid, file] = [record.int('pid'), record.int('old_pid'), record.text('filename')];
    return record.decoder((view, at, start, end) => ({
      kind: 'executed',
      at,
      tid: tid(view, start),
      wasTid: wasTid(view, start),
      file: file(view, start, end),
    }));
  },
  'sched/sched_process_exit': (record) => {
    const tid = record.int('pid');
    return record.decoder((view, at, start) => ({ kind: 'exited', at, tid: tid(view, start) }));
  },
  'ftrace/print': (record) => {
    const [tid, text] = [record.int('common_pid'), record.tail('buf')];
    return record.decoder((view, at, start, end) => ({
      kind: 'marked',
      at,
      tid: tid(view, start),
      text: text(view, start, end).trimEnd(),
    }));
  },
};

function moved(record: RecordReader, way: 'in' | 'out'): Decode {
  const [tid, bytes] = [record.int('common_pid'), record.int('ret')];
  const [socket, protocol] = [record.socket('sk'), record.short('protocol')];
  return record.decoder((view, at, start) => ({
    kind: 'moved',
    at,
    tid: tid(view, start),
    way,
    socket: socket(view, start),
    protocol: protocol(view, start),
    bytes: bytes(view, start),
  }));
}
