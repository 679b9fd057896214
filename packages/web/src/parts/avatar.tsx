const HUES = 12;

/** A circle with the first letter of a name, in a colour that is the name's own. */
export function Avatar({ name, isOnline = false }: { readonly name: string; readonly isOnline?: boolean }) {
  return (
    <span className="avatar" data-hue={hueOf(name)} data-online={isOnline} aria-hidden="true">
      {name.charAt(0)}
    </span>
  );
}

function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return sum % HUES;
}
