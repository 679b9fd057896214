/** 'done' or the text that came of it, or CODE: MESSAGE of a VaultError. */
export async function outcome(action: () => Promise<unknown>): Promise<string> {
  try {
    const value = await action();
    return typeof value === 'string' ? value : 'done';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `${error.code}: ${error.message}`;
    return String(error);
  }
}
