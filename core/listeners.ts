/** Those who want to hear of something. */
export interface Listeners<T> {
  emit(value: T): void;
  /** Calls back for every value from now on; returns a function that stops it. */
  on(listener: (value: T) => void): () => void;
}

export function createListeners<T>(): Listeners<T> {
  const all = new Set<(value: T) => void>();
  return {
    emit(value) {
      for (const listener of all) listener(value);
    },
    on(listener) {
      all.add(listener);
      return () => void all.delete(listener);
    },
  };
}
