/** Counted octets beside the true ones, in one direction. */
export type Compared = {
  readonly counted: number | null;
  /** What a second count says, at the command's own sockets; absent: there was none. */
  readonly atSockets?: number;
  /** How far off the report says that it can be; absent: not at all. null: no bound is known. */
  readonly bound?: number | null;
  readonly truth: number;
};

/** A known load, measured through an isolation. */
export type Check = {
  readonly isolation: string;
  readonly load: string;
  readonly result:
    | { readonly kind: 'compared'; readonly in: Compared; readonly out: Compared }
    | { readonly kind: 'failed'; readonly reason: string }
    /** It cannot be had here, or not by this user. */
    | { readonly kind: 'skipped'; readonly reason: string; readonly cures: readonly string[] };
};
