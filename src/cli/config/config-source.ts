/** What a configuration says, not looked at yet, and where in its file a key stands: `FILE:LINE:COLUMN`. */
export type ConfigSource = { readonly value: unknown; readonly locate: (path: readonly PropertyKey[]) => string };
