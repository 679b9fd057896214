/** For a moment; it says so only where that takes longer. */
export function Starting() {
  return (
    <main className="starting" aria-busy="true">
      <p className="late">Opening Parley …</p>
    </main>
  );
}
