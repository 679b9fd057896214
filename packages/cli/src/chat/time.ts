/** Hours and minutes here, of a time that another device claims. */
export function timeOfDay(unixMs: number): string {
  const time = new Date(unixMs);
  if (Number.isNaN(time.getTime())) return '--:--';
  return `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

/** `2026-11-24` here, of a time that another device claims. */
export function dayOf(unixMs: number): string {
  const time = new Date(unixMs);
  if (Number.isNaN(time.getTime())) return 'an unknown day';
  return `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
