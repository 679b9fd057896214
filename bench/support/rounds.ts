/**
 * Measures all cases, round after round: what else the machine does meanwhile falls on all of them. Returns the results of each case, in
 * order.
 */
export async function inRounds<Case, Result>(
  rounds: number,
  cases: readonly Case[],
  measure: (one: Case, round: number) => Promise<Result>,
): Promise<{ readonly one: Case; readonly results: readonly Result[] }[]> {
  const all = cases.map((one) => ({ one, results: [] as Result[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { one, results } of all) results.push(await measure(one, round));
  }
  return all;
}
