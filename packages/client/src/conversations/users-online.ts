import { MAX_LIST_PAGES } from '@parley/protocol';
import type { UserList } from '@parley/protocol/wire';

/**
 * The names of all pages, the first of which is there. `page` asks for the one after a name; without an answer there are no names.
 * However many a server says there are, so many are asked for.
 */
export async function usersOnline(
  first: UserList,
  page: (after: string) => Promise<UserList | undefined>,
): Promise<string[] | undefined> {
  const names = [...first.online];
  let { next } = first;
  for (let pages = 1; next !== '' && pages < MAX_LIST_PAGES; pages += 1) {
    const more = await page(next);
    if (more === undefined) return undefined;
    names.push(...more.online);
    next = more.next;
  }
  return names;
}
