/** The values that each given option has, by its long name; a switch has one. */
export type Values = ReadonlyMap<string, readonly string[]>;
