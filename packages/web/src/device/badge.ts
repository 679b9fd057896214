/** How much is unread, where it is seen without looking at the page: in the title of the tab, and on the icon of an installed app. */
export function showUnread(count: number, hasMore: boolean): void {
  const text = count === 0 ? '' : `(${count}${hasMore ? '+' : ''}) `;
  document.title = `${text}Parley`;
  const setting = count === 0 ? navigator.clearAppBadge?.() : navigator.setAppBadge?.(count);
  setting?.catch(() => {}); // not installed
}
