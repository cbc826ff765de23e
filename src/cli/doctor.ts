import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { callerOf, chooseAccount } from '../command/account.js';
import type { Check } from '../doctor/check.js';
import { type Diagnosis, diagnose } from '../doctor/diagnosis.js';
import { measureLoad } from '../doctor/measure-load.js';
import { measureUserLoad } from '../doctor/measure-user-load.js';
import { renderDiagnosis } from '../doctor/render-diagnosis.js';
import { tryFacilities } from '../doctor/try-facilities.js';
import { readFacts } from '../isolation/read-facts.js';
import { mend } from '../isolation/veth/giving-back/mend.js';
import { painter } from '../report/text/paint.js';
import { visibleJson } from '../report/visible.js';
import { version } from '../version.js';
import { parseOwnArguments } from './arguments/parse-own-arguments.js';
import type { Terminal } from './terminal/terminal.js';

const HELP = `Usage: netmeter doctor [--measure] [--json]

Tries what netmeter needs, and shows which isolations work here and why the others do not. As root it
gives back what runs have left that were killed together with what cleans up after them.

  --measure   Transfer known bytes to a server of its own, and compare: as root through veth and
              host, as an ordinary user through user-mode
  --json      For a machine
  --help      Show this help

Exit codes:
  0    at least one isolation measures exactly
  1    none does
  125  netmeter itself failed
`;

/** `netmeter doctor`: words in, exit status out. @throws {NetmeterError} */
export async function doctorCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const { help, measure, json } = parseDoctorArguments(words);
  if (help) {
    await terminal.print(HELP);
    return 0;
  }
  const uid = chooseAccount(undefined, callerOf(process.env))?.uid ?? process.geteuid?.() ?? 0;
  const mended = process.geteuid?.() === 0 ? mend() : [];
  const about = { netmeter: version, kernel: release(), mended };
  const diagnosis = diagnose(await readFacts(uid), tryFacilities(), about);
  const checks = measure ? await measureAll(diagnosis) : [];
  if (json) await terminal.printJson(`${visibleJson({ ...diagnosis, measured: checks }, 2)}\n`);
  else await terminal.print(renderDiagnosis(diagnosis, checks, painter(terminal.colors('stdout'))));
  return diagnosis.isolations.some(({ works, exact }) => works && exact) && checks.every(isRight) ? 0 : 1;
}

/** Parses the words behind `netmeter doctor`. @throws {NetmeterError} USAGE */
export function parseDoctorArguments(words: readonly string[]) {
  const options = {
    measure: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  return parseOwnArguments('doctor', { args: [...words], options }).values;
}

/** One after the other: they share the machine. */
async function measureAll(diagnosis: Diagnosis): Promise<Check[]> {
  // The bundle's own file: what a user runs.
  const file = fileURLToPath(new URL('../netmeter.cjs', import.meta.url));
  if (process.geteuid?.() !== 0) return [await measureUserMode(file, diagnosis), ROOTS_OWN];
  const checks: Check[] = [];
  if (diagnosis.isolations.some(({ kind, works }) => kind === 'veth' && works)) {
    checks.push(
      await measureLoad({ file, isolation: 'veth' }, 'ipv4'),
      await measureLoad({ file, isolation: 'veth' }, 'ipv6'),
    );
  }
  return [...checks, await measureLoad({ file, isolation: 'host' }, 'ipv4')];
}

async function measureUserMode(file: string, { isolations }: Diagnosis): Promise<Check> {
  const { works, obstacles } = isolations.find(({ kind }) => kind === 'user-mode') ?? { works: false, obstacles: [] };
  if (works) return measureUserLoad(file);
  const reason = obstacles.map((obstacle) => obstacle.reason).join('; ');
  return {
    isolation: 'user-mode',
    load: '',
    result: { kind: 'skipped', reason, cures: obstacles.map(({ cure }) => cure) },
  };
}

const ROOTS_OWN: Check = {
  isolation: 'veth, host',
  load: '',
  result: {
    kind: 'skipped',
    reason: 'it takes a wire and a server of its own, which root alone can make',
    cures: ['run it as root: sudo netmeter doctor --measure'],
  },
};

/** An exact isolation must be exact; an estimate is only shown, and what cannot be had here is not wrong. */
function isRight({ isolation, result }: Check): boolean {
  if (isolation !== 'veth' || result.kind === 'skipped') return true;
  return result.kind === 'compared' && [result.in, result.out].every(({ counted, truth }) => counted === truth);
}
