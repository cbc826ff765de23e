import { type Increase, parseShare } from '../../../budget/comparison/parse-increase.js';
import { parseSize } from '../../../budget/parse-size.js';
import { ofOption } from '../of-option.js';

/** What --max-increase and --min-increase say. Either may be left to its default: 10 %, 1 MB. @throws {NetmeterError} USAGE */
export const parseIncrease = (share = '10%', octets = '1MB'): Increase => ({
  share: ofOption('max-increase', parseShare)(share),
  octets: ofOption('min-increase', parseSize)(octets),
});
