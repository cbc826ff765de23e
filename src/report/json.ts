import type { Measurement } from '../measurement/measurement.js';

/** The whole measurement as JSON, described by report-1.schema.json. */
export const renderJson = (measurement: Measurement): string => `${JSON.stringify(measurement, undefined, 2)}\n`;
