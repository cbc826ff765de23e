import type { Measurement } from '../measurement/measurement.js';
import { visibleJson } from './visible.js';

/** The whole measurement as JSON, described by report-1.schema.json. */
export const renderJson = (measurement: Measurement): string => `${visibleJson(measurement, 2)}\n`;
