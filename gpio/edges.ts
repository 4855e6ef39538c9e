/** Turns raw changes of a line into the values that its listener hears. */
export interface EdgeFilter {
  /** The line has this logical value now. */
  offer(active: boolean): void;
  /** Nothing is heard after this. */
  stop(): void;
}

/**
 * Lets a value through once it has stood for `debounceMs` and differs from the last one that was heard; `initial` counts
 * as heard. 0 lets every change through at once. Here and not in the backends, so that all of them debounce alike.
 */
export function filterEdges(
  initial: boolean,
  debounceMs: number,
  listener: (active: boolean) => void,
): EdgeFilter {
  let heard = initial;
  let latest = initial;
  let timer: NodeJS.Timeout | undefined;
  const hear = (active: boolean) => {
    if (active === heard) return;
    heard = active;
    listener(active);
  };
  return {
    offer(active) {
      // A line that is looked at again and again has the same value each time, and that value goes on standing.
      if (active === latest) return;
      latest = active;
      clearTimeout(timer);
      if (debounceMs === 0) hear(active);
      else timer = setTimeout(hear, debounceMs, active);
    },
    stop() {
      clearTimeout(timer);
      listener = () => undefined;
    },
  };
}
