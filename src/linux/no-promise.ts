/** What an asynchronous function would return: it would go on after the thread has left the place it was to work in. */
export type NoPromise<T> = T extends PromiseLike<unknown> ? never : T;
