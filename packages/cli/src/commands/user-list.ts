import { print, printJson } from '../output.ts';
import { withStore } from '../server-folder.ts';

const PAGE = 500;

/** Everybody who has an account on the server of a data folder, by name. */
export async function userList({ data, json }: { readonly data: string; readonly json?: boolean }): Promise<void> {
  await withStore(data, async (store) => {
    let after = '';
    for (;;) {
      const page = await store.listUsers({ after, limit: PAGE });
      for (const { username, createdMs, suspended, devices } of page) {
        if (json) printJson({ user: username, created: createdMs, devices, suspended });
        else {
          const joined = new Date(createdMs).toISOString().slice(0, 10);
          print(`${username.padEnd(32)}  joined ${joined}  devices ${devices}${suspended ? '  suspended' : ''}`);
        }
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      after = last.username;
    }
  });
}
