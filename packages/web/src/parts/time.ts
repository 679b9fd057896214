const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const SHORT_DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** Times are what another device claims: any number may come. */
function isTime(unixMs: number): boolean {
  return !Number.isNaN(new Date(unixMs).getTime());
}

export function timeOfDay(unixMs: number): string {
  return isTime(unixMs) ? TIME.format(unixMs) : '--:--';
}

export function dayOf(unixMs: number): string {
  return isTime(unixMs) ? DAY.format(unixMs) : 'An unknown day';
}

/** The same for all times of one day here. */
export function dayKey(unixMs: number): string {
  return isTime(unixMs) ? new Date(unixMs).toDateString() : '';
}

/** As short as can be: the time today, else the day. */
export function shortTime(unixMs: number, nowMs: number): string {
  if (!isTime(unixMs)) return '';
  return dayKey(unixMs) === dayKey(nowMs) ? timeOfDay(unixMs) : SHORT_DAY.format(unixMs);
}

/** For programs: what `<time datetime>` takes. */
export function machineTime(unixMs: number): string | undefined {
  return isTime(unixMs) ? new Date(unixMs).toISOString() : undefined;
}
