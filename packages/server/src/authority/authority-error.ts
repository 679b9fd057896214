/** The files of the authority cannot be used as they are. The message names the file and says what is wrong with it. */
export class AuthorityError extends Error {
  override readonly name = 'AuthorityError';
}
