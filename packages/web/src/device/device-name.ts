/** What this device is called in the list of one's devices: the kind of machine, and no more than that. */
export function deviceName(): string {
  const { userAgent } = navigator;
  const machine = MACHINES.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'a computer';
  return `browser on ${machine}`;
}

const MACHINES: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];
