/** Counted octets beside the true ones, in one direction. */
export type Compared = { readonly counted: number | null; readonly truth: number };

/** A known load, measured through an isolation. */
export type Check = {
  readonly isolation: string;
  readonly load: string;
  readonly result:
    | { readonly kind: 'compared'; readonly in: Compared; readonly out: Compared }
    | { readonly kind: 'failed'; readonly reason: string };
};
