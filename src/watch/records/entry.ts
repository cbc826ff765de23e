/** An object's own entry: a device may have the name `constructor`, which every object seems to have. */
export const entry = <T>(map: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;
