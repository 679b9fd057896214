/** Whether the browser has promised not to remove what is stored when it is short of space. */
export async function isPersistent(): Promise<boolean> {
  return (await navigator.storage?.persisted?.()) ?? false;
}

/** Asks for that promise; some browsers ask the person, some decide by themselves. */
export async function askToPersist(): Promise<boolean> {
  return (await navigator.storage?.persist?.()) ?? false;
}
