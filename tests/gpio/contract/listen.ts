/** Collects values, and waits until they fit. */
export function listen<T>(): {
  all: T[];
  hear: (value: T) => void;
  until(fits: (all: T[]) => boolean): Promise<void>;
} {
  const all: T[] = [];
  let look = (): void => undefined;
  return {
    all,
    hear(value) {
      all.push(value);
      look();
    },
    until: (fits) =>
      new Promise((resolve) => {
        look = () => {
          if (fits(all)) resolve();
        };
        look();
      }),
  };
}
