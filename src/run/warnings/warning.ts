import type { Warning } from '../../measurement/measurement.js';

/** @param code for programs. @param message one sentence, without a full stop */
export const warning = (code: string, message: string): Warning => ({ code, message });
