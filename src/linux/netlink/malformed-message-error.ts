/** Bytes that are no netlink message, or not the message that was waited for. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}
