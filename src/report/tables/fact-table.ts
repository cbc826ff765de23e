import type { Measurement } from '../../measurement/measurement.js';
import type { InOut } from '../../measurement/traffic.js';
import { commandLine } from '../command-line.js';
import { duration, rate, utc } from '../format-octets.js';
import { endText } from '../phrases/end-text.js';
import { methodText } from '../phrases/method-text.js';
import { sharingText } from '../text/sharing-row.js';
import { visible } from '../visible.js';
import { type Cell, left, type Table } from './table.js';

/** As much of a command as a page can show; the JSON report has it whole. */
const COMMAND_WIDTH = 2000;

/** What else a reader must know: the run, and where its numbers come from. */
export function factTable(measurement: Measurement): Table {
  const { command, series, netmeter } = measurement;
  const { attached, user } = command;
  return {
    title: 'Run',
    columns: [left(''), left('')],
    rows: [
      ['command', { foreign: commandLine(command.argv, COMMAND_WIDTH) }],
      ...fact('attached to', attached && (attached.pid === null ? 'a control group' : `process ${attached.pid}`)),
      ...fact('as user', user === undefined ? undefined : { foreign: visible(user) }),
      ['end', `${endText(command.exit)} after ${duration(command.durationMs)}`],
      ...fact('CPU time', attached ? undefined : cpuText(command.cpu)),
      ['average rate', ratesText(series.average)],
      ...fact('peak rate', series.peak ? ratesText(series.peak) : undefined),
      ['method', methodText(measurement)],
      ...fact('sharing', sharingText(measurement)),
      ['started', utc(command.startedAt)],
      ['netmeter', netmeter],
    ],
  };
}

/** No row where there is nothing to show. */
const fact = (name: string, value: Cell | undefined): Cell[][] => (value === undefined ? [] : [[name, value]]);

const cpuText = (cpu: Measurement['command']['cpu']) =>
  cpu ? `${duration(cpu.userMs)} user, ${duration(cpu.systemMs)} system` : 'unknown';

const ratesText = (rates: InOut<number> | null) => (rates ? `${rate(rates.in)} in, ${rate(rates.out)} out` : 'unknown');
