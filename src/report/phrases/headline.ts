import type { Measurement } from '../../measurement/measurement.js';
import { MARKS } from './limit-text.js';

const WORDS = { within: 'within budget', exceeded: 'over budget', unmeasured: 'budget cannot be judged' } as const;

/** The verdict in two words and a mark; undefined without a budget. */
export const headline = ({ budget }: Measurement) =>
  budget && `${MARKS[budget.verdict]} ${WORDS[budget.verdict]}${budget.ended ? ', command ended' : ''}`;
