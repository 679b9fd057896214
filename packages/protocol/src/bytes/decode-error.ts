/** Bytes from outside do not have the form they must have. The caller that knows the peer turns it into `malformed`. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}
