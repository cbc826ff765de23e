import type { Method, Traffic } from '../measurement/traffic.js';

/** Traffic, and how it was counted. */
export type Count = { readonly traffic: Traffic; readonly method: Method };
