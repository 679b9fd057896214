/** The digits in rows of groups of five, which are read out one by one. */
export function SafetyNumber({ digits }: { readonly digits: string }) {
  return (
    <p className="digits" translate="no">
      {digits.split(' ').map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups may be alike, and never move
        <span key={index}>{group} </span>
      ))}
    </p>
  );
}
