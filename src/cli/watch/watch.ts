import type { Snapshot } from '../../counters/snapshot.js';
import { HeldCounterFiles } from '../../counters/take-held-files.js';
import { NetmeterError } from '../../errors.js';
import { reasonOf as kernelReason } from '../../files/reason-of.js';
import { innerDevices, outsideDevices } from '../../isolation/machine/outside-devices.js';
import type { SampleRecord } from '../../watch/records/record.js';
import { type Logged, SampleLog } from '../../watch/records/write-log.js';
import { RecordFile } from '../../watch/records/write-records.js';
import { takeReading } from '../../watch/take-reading.js';
import { takeTicks } from '../../watch/take-ticks.js';
import { behalfOf } from '../behalf.js';
import type { Terminal } from '../terminal/terminal.js';
import { LiveOutput } from './live-output.js';
import { parseWatchArguments, type WatchOptions } from './parse-watch-arguments.js';
import { StopSignals } from './stop-signals.js';
import type { WatchedGroup } from './watched-group.js';

/** `netmeter watch`: words in, exit status out. @throws {NetmeterError} */
export async function watchCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parseWatchArguments(words);
  switch (parsed.kind) {
    case 'watch':
      await watch(parsed.options, terminal);
      return 0;
    case 'report':
      await (await import('./watch-report.js')).report(parsed.path, parsed.json, terminal);
      return 0;
    case 'help':
      await terminal.print((await import('./watch-help.js')).WATCH_HELP);
      return 0;
    default:
      return parsed satisfies never;
  }
}

/** Samples until it is stopped. What fails after the first sample is said, and it goes on. */
async function watch(options: WatchOptions, terminal: Terminal): Promise<void> {
  using signals = new StopSignals();
  using files = openCounters();
  await using file = options.out === undefined ? undefined : await RecordFile.open(options.out, behalfOf(process.env));
  if (file?.cut)
    terminal.say(`${file.path}: its last line was cut, by a power loss perhaps; the line stays and is not counted`);
  if (file?.unlocked !== undefined)
    terminal.say(`${file.path} could not be locked (${file.unlocked}): see to it that no other watch writes to it`);
  // Without a file the lines are all there is.
  const output = new LiveOutput(terminal, options.quiet, () => file ?? signals.stop());
  const log = new SampleLog(file, file?.last);
  using group = options.cgroup === undefined ? undefined : await openGroup(options.cgroup, terminal);
  if (file?.last) requireSame(file, file.last, group?.path);
  const meter = group && { meter: (snapshot: Snapshot) => group.read(snapshot) };
  // Of a control group it is counted at the sockets, whatever device their packets take.
  const beside = meter ? {} : { beside: innerDevices };
  const source = { files, outside: outsideDevices, ...beside, intervalMs: options.interval, ...meter };
  const ticks = takeTicks({
    intervalMs: options.interval,
    signal: signals.signal,
    ...(options.for !== undefined && { forMs: options.for }),
  });
  const errors = new OutputErrors(terminal);
  let last: Logged | undefined;
  output.heading();
  for await (const _ of ticks) {
    try {
      last = await log.add(takeReading(source));
      errors.say(file?.path, last);
      output.sample(last.record);
    } catch (error) {
      // The first sample shows whether it can be done here at all.
      if (!last) throw error;
      terminal.complain(error);
    }
  }
  if (!last) return;
  output.total(last.record);
  if (!file) await output.requireWritten();
  if (last.waiting > 0)
    throw new NetmeterError('WATCH_FILE_FAILED', `${file?.path}: samples are not on the disk: ${last.waiting}`, {
      cure: 'Make room; the next watch on that file goes on from its last sample, and loses nothing unless the machine restarts.',
    });
}

/** Loaded here: the machine's own counters need none of it. */
async function openGroup(name: string, terminal: Terminal): Promise<WatchedGroup> {
  const module = await import('./watched-group.js');
  const group = module.WatchedGroup.open(name, (doubt) => terminal.say(`the bound is unknown: ${doubt}`));
  // A name that was mistyped looks like a service that has not been started.
  if (!group.isThere)
    terminal.say(`there is no control group ${group.path} yet (${group.folder}): it is counted from when it is made`);
  return group;
}

/** What goes on in a file is about one thing. */
function requireSame({ path }: RecordFile, { meter }: SampleRecord, cgroup: string | undefined): void {
  if (meter?.cgroup === cgroup) return;
  throw new NetmeterError(
    'WATCH_FILE_FOREIGN',
    `${path} is about ${meter ? `the control group ${meter.cgroup}` : 'the machine'}`,
    {
      cure: 'Give this one a file of its own.',
    },
  );
}

function openCounters(): HeldCounterFiles {
  try {
    return new HeldCounterFiles(process.pid);
  } catch (cause) {
    throw new NetmeterError('COUNTERS_UNREADABLE', `the kernel's counters cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** Says when writing begins to fail, anew each time the reason changes, and when it is made good. */
class OutputErrors {
  readonly #terminal: Terminal;
  #reason: string | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  say(path: string | undefined, { failure, waiting }: Logged): void {
    const reason = failure === undefined ? undefined : kernelReason(failure);
    if (reason === this.#reason) return;
    this.#reason = reason;
    if (reason === undefined) this.#terminal.say(`${path}: written again, nothing was lost`);
    else
      this.#terminal.say(
        `${path} cannot be written to: ${reason}; tried again with the next sample (waiting: ${waiting})`,
      );
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
