/** While an account is opened or closed; it says so only where that takes longer. */
export function Starting() {
  return (
    <main className="starting" aria-busy="true">
      <p className="late">One moment …</p>
    </main>
  );
}
