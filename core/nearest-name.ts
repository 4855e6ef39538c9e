/** The known name that was probably meant, or undefined when none is near. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase());
    if (distance < (best?.distance ?? Infinity)) best = { name, distance };
  }
  const allowed = Math.max(1, Math.floor(written.length / 3));
  return best !== undefined && best.distance <= allowed ? best.name : undefined;
}

/** "did you mean `x`? known: `x`, `y`", the remedy for a name that does not exist. */
export function suggestion(written: string, known: readonly string[]): string {
  if (known.length === 0) return 'there is none yet';
  const nearest = nearestName(written, known);
  const list = `there ${known.length === 1 ? 'is' : 'are'} ${known.map((name) => `\`${name}\``).join(', ')}`;
  return nearest === undefined ? list : `did you mean \`${nearest}\`? ${list}`;
}

/** Damerau's, of neighbours only: insertions, deletions and replacements of one letter, and two letters that have changed places. */
function editDistance(one: string, two: string): number {
  let beforeLast: number[] = [];
  let previous = Array.from({ length: two.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...two].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      const isSwap = row > 0 && column > 0 && letter === two[column - 1] && one[row - 1] === other;
      const swapped = isSwap ? (beforeLast[column - 1] ?? 0) + 1 : Infinity;
      const added = Math.min((previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1);
      current.push(Math.min(replaced, swapped, added));
    }
    beforeLast = previous;
    previous = current;
  }
  return previous[two.length] ?? 0;
}
