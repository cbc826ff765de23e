import { markup } from '../escaping/escape-markup.js';
import { scaleTo, timeScale } from './chart-scale.js';

/** Lines over time, in one unit. Points are in the order of time. */
export type Chart = {
  readonly title: string;
  /** What is seen, for who cannot see it. */
  readonly description: string;
  readonly lengthMs: number;
  readonly series: readonly Series[];
  /** Levels to keep below: drawn only where they are in sight. */
  readonly levels?: readonly Level[];
  readonly format: (value: number) => string;
};

export type Series = { readonly name: 'in' | 'out' | 'total'; readonly points: readonly Point[] };
type Level = { readonly name: string; readonly value: number };
type Point = { readonly atMs: number; readonly value: number };

/** The drawing's own units; it is stretched to the width of the page, so that text has its place outside. */
const WIDTH = 1000;
const HEIGHT = 100;

/** A level further away than this many times the highest value would flatten the lines. */
const IN_SIGHT = 3;

/**
 * The chart as HTML around an SVG drawing. Lines have colours as attributes as well as in the style: where a viewer
 * allows no style (Jenkins), they are seen all the same.
 */
export function chartHtml({ title, description, lengthMs, series, levels = [], format }: Chart): string {
  const highest = Math.max(0, ...series.flatMap(({ points }) => points.map(({ value }) => value)));
  const shown = levels.filter(({ value }) => value <= highest * IN_SIGHT);
  const values = scaleTo(Math.max(highest, ...shown.map(({ value }) => value)));
  const times = timeScale(lengthMs);
  const x = (ms: number) => round((ms / lengthMs) * WIDTH);
  const y = (value: number) => round(HEIGHT - (value / values.top) * HEIGHT);
  const path = (points: readonly Point[]) =>
    points.map(({ atMs, value }, index) => `${index === 0 ? 'M' : 'L'}${x(atMs)} ${y(value)}`).join('');
  const lines = [
    ...values.ticks.map((tick) => line('grid', y(tick))),
    ...series.map(
      ({ name, points }) =>
        `<path class="${name}" d="${path(points)}" fill="none" stroke="${COLORS[name]}" ${SCALED}/>`,
    ),
    ...shown.map(({ value }) => line('level', y(value), ' stroke-dasharray="6 4"')),
  ];
  const keys = [...series.map(({ name }) => key(name, name)), ...shown.map(({ name }) => key('level', name))];
  return `<figure>
<figcaption><b>${markup(title)}</b> ${keys.join(' ')}</figcaption>
<div class="plot">
<div class="values">${values.ticks.map((tick) => at('bottom', tick / values.top, format(tick))).join('')}</div>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="100%" height="180" preserveAspectRatio="none" role="img" aria-label="${markup(description)}">
${lines.join('\n')}
</svg>
<div class="times">${times.ticks.map((tick) => at('left', tick / times.top, times.label(tick))).join('')}</div>
</div>
</figure>`;
}

/** Stretched with the drawing, a line would be wider in one direction than in the other. */
const SCALED = 'stroke-width="2" vector-effect="non-scaling-stroke" stroke-linejoin="round"';

const COLORS = { in: '#2a78d6', out: '#d9601f', total: '#6b6f76', grid: '#d0d0d0', level: '#c0392b' } as const;

const line = (name: 'grid' | 'level', y: number, more = '') =>
  `<path class="${name}" d="M0 ${y}H${WIDTH}" fill="none" stroke="${COLORS[name]}" vector-effect="non-scaling-stroke"${more}/>`;

const key = (name: string, text: string) => `<span class="key ${name}">${markup(text)}</span>`;

const at = (side: 'left' | 'bottom', share: number, text: string) =>
  `<span style="${side}:${round(share * 100)}%">${markup(text)}</span> `;

const round = (value: number) => Number(value.toFixed(2));
