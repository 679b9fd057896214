/** Two who talk: the same drawing as the icons in `public`. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 64 64" aria-hidden="true">
      <path className="logo-one" d="M8 12h30a6 6 0 0 1 6 6v14a6 6 0 0 1-6 6H22L12 47v-9H8a6 6 0 0 1-6-6V18a6 6 0 0 1 6-6z" />
      <path className="logo-two" d="M50 24h6a6 6 0 0 1 6 6v14a6 6 0 0 1-6 6h-4v8l-9-8H30a6 6 0 0 1-6-5h14a12 12 0 0 0 12-12z" />
    </svg>
  );
}
