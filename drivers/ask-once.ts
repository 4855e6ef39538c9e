/**
 * Asks a command once a process, and again after it failed: a tool that is installed meanwhile shall be found. `ask` gets the command, since the
 * environment may name another one by then.
 */
export function askOnce<T>(ask: (command: string) => Promise<T>): (command: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (command) => {
    const known = asked.get(command) ?? ask(command);
    asked.set(command, known);
    known.catch(() => asked.delete(command));
    return known;
  };
}
