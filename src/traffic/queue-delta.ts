/** What a queue sent between two readings: frame bytes with each segment's own headers, and wire packets. */
export type QueueDelta = { readonly bytes: number; readonly packets: number };

/** By device and direction as the command sees it (`nm4.in`); `undefined` where a queue could not be read to the end. */
export type WireDelta = Readonly<Record<string, QueueDelta | undefined>>;
