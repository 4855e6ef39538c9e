/** Why a regular expression of a board file cannot serve, and the remedy; undefined when it can. `group` is the named group that it must have. */
export function patternProblem(pattern: string, group?: string): string | undefined {
  const compiled = compile(pattern);
  if (typeof compiled === 'string') {
    return `"${pattern}" is not a regular expression: ${compiled}; put \\ before a character that is meant as itself`;
  }
  if (compiled.test(''))
    return `"${pattern}" also matches when nothing was printed, so it proves nothing; ask for a text that must be there`;
  if (group !== undefined && !groupsOf(pattern).includes(group)) {
    return `"${pattern}" has no group named ${group}; put the part that is wanted into (?<${group}>…)`;
  }
  return undefined;
}

/** The expression, or what is wrong with it in the words of the engine. */
function compile(pattern: string): RegExp | string {
  try {
    return new RegExp(pattern, 'm');
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return (message.split(': ').at(-1) ?? message).toLowerCase();
  }
}

/** Names of the groups: with an empty alternative the expression matches anything, and a match lists all groups. */
function groupsOf(pattern: string): string[] {
  return Object.keys(new RegExp(`${pattern}|`, 'm').exec('')?.groups ?? {});
}
