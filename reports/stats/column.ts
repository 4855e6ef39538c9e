type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** A list of numbers that grows and costs only the bytes of its kind. */
export interface Column<Kind extends Numbers> {
  push(value: number): void;
  /** What is in it by now, without a copy. */
  view(): Kind;
}

export const float64Column = () => column((size) => new Float64Array(size));
export const uint32Column = () => column((size) => new Uint32Array(size));
export const uint8Column = () => column((size) => new Uint8Array(size));

function column<Kind extends Numbers>(make: (size: number) => Kind): Column<Kind> {
  let numbers = make(64);
  let length = 0;
  return {
    push(value) {
      if (length === numbers.length) {
        const larger = make(length * 2);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[length] = value;
      length += 1;
    },
    view: () => numbers.subarray(0, length) as Kind,
  };
}
