import { MAX_LIST_PAGES } from '@parley/protocol';
import type { UserList } from '@parley/protocol/wire';

/** Who is on line, as far as a server's pages make sense; `problem` says why that is not all. */
export interface UsersOnline {
  readonly names: readonly string[];
  readonly problem?: { readonly code: 'malformed' | 'too_large'; readonly message: string };
}

/**
 * The names of all pages, the first of which is there. `page` asks for the one after a name; without an answer there are no names.
 * However many a server says there are, so many are asked for.
 */
export async function usersOnline(
  first: UserList,
  page: (after: string) => Promise<UserList | undefined>,
): Promise<UsersOnline | undefined> {
  const names = [...first.online];
  let { next } = first;
  for (let pages = 1; next !== ''; pages += 1) {
    if (pages === MAX_LIST_PAGES) return { names, problem: TOO_MANY };
    const more = await page(next);
    if (more === undefined) return undefined;
    // The names of a page are sorted.
    const comesAfter = (more.online[0] ?? '~') > next && (more.next === '' || more.next > next);
    if (!comesAfter) return { names, problem: NO_ORDER };
    names.push(...more.online);
    next = more.next;
  }
  return { names };
}

const TOO_MANY = { code: 'too_large', message: 'the server names more users on line than can be: not all are listed' } as const;
const NO_ORDER = { code: 'malformed', message: 'the server names users on line twice: not all are listed' } as const;
