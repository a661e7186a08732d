// Rows of the caller's arrays, a part of them at a time.

/** Numbers that are in the module's memory at a time: 256 kB, so that it stays small whatever `x` is. */
export const PART = 65536;

/** Rows of a part. */
export function rowsOfPart(rows: number, width: number): number {
  return Math.max(1, Math.min(rows, Math.floor(PART / width)));
}

/** Copies `count` rows of `values` from row `first` on into `packed`, or `back`. */
export type Copy = (packed: Float32Array, values: Float32Array, first: number, count: number, back?: boolean) => void;

/** Row r begins at r · `stride`. */
export function strided(width: number, stride: number): Copy {
  return (packed, values, first, count, back) => {
    const step = stride === width ? count : 1;
    for (let r = 0; r < count; r += step) {
      const [start, length] = [(first + r) * stride, step * width];
      if (back) values.set(packed.subarray(r * width, r * width + length), start);
      else packed.set(values.subarray(start, start + length), r * width);
    }
  };
}

/** Row r is position r % `positions` of all channels of a sample; the rows that are copied are of one sample. */
export function channelsFirst(channels: number, positions: number): Copy {
  return (packed, values, first, count, back) => {
    const sample = Math.floor(first / positions) * positions;
    for (let c = 0, at = sample * channels + first - sample; c < channels; c++, at += positions) {
      for (let r = 0, p = c; r < count; r++, p += channels) {
        if (back) values[at + r] = packed[p]!;
        else packed[p] = values[at + r]!;
      }
    }
  };
}
