/** Ticks of an axis from 0: round distances, the last one at or above the highest value. */
export type Scale = { readonly top: number; readonly ticks: readonly number[] };

/** At most `most` + 1 ticks whose distance is 1, 2 or 5 times a power of ten; the top is a tick. */
export function scaleTo(highest: number, most = 4): Scale {
  const step = niceStep(highest / most);
  const count = Math.max(1, Math.ceil(highest / step));
  // In whole steps: a sum of tenths would not be a tenth.
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

/** Ticks at round times within a run; it ends where the run does, and not at a tick. */
export function timeScale(lengthMs: number, most = 6): Scale & { readonly label: (ms: number) => string } {
  const [unit, name] = UNITS.find(([size]) => lengthMs >= 2 * size) ?? SECOND;
  const { ticks } = scaleTo(lengthMs / unit, most);
  const label = (ms: number) => (ms === 0 ? '0' : `${Number((ms / unit).toPrecision(6))} ${name}`);
  return { top: lengthMs, ticks: ticks.map((tick) => tick * unit).filter((ms) => ms <= lengthMs), label };
}

const SECOND = [1000, 's'] as const;
const UNITS = [[3_600_000, 'h'] as const, [60_000, 'min'] as const, SECOND];

function niceStep(rough: number): number {
  if (rough <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
}
