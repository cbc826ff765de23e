/** How the command ended. */
export type Exit =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** Of a process that netmeter did not start: it lived on when the metering ended, or its end is not ours to know. */
  | { readonly kind: 'running' }
  | { readonly kind: 'gone' };
