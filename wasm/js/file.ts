// The header of a classifier's file, and what is wrong with a file.

/** Kinds of cells, in the order of their numbers. */
export type CellKind = "RNN" | "LSTM" | "GRU" | "StateNormLSTM";
/** Types of weights, in the order of their numbers. */
export type Storage = "f32" | "i8" | "i16";

const KINDS: CellKind[] = ["RNN", "LSTM", "GRU", "StateNormLSTM"];
const STORAGES: Storage[] = ["f32", "i8", "i16"];
const HEADER = 24;

const view = (file: Uint8Array) => new DataView(file.buffer, file.byteOffset, file.length);

/** What a header says that the module has read. */
export function header(file: Uint8Array) {
  const data = view(file);
  const [inputs, units, classes, fraction] = [8, 10, 12, 14].map((offset) => data.getUint16(offset, true)) as [number, number, number, number];
  return {
    kind: KINDS[data.getUint8(6) - 1]!,
    storage: STORAGES[data.getUint8(7) - 1]!,
    epsilon: data.getFloat32(16, true),
    inputs,
    units,
    classes,
    fraction,
  };
}

/** Of a file with which something is wrong: what, and where or what was expected, as the module says it. */
export function complaint(file: Uint8Array, what: number, place: number): RangeError {
  return new RangeError(`${[ofNumber, ofWeight, ofLength][what]!(file, place)}: is it a whole file of this version?`);
}

function ofNumber(file: Uint8Array, offset: number): string {
  const data = view(file);
  const [u8, u16] = [() => data.getUint8(offset), () => data.getUint16(offset, true)];
  const numbers: Record<number, [expected: string, actual: () => unknown]> = {
    0: ["LNSQ", () => JSON.stringify(String.fromCharCode(...file.subarray(0, 4)))],
    4: ["version 1", u16],
    6: ["a kind of cell from 1 to 4", u8],
    7: ["a storage from 1 to 3", u8],
    8: ["at least 1 input", u16],
    10: ["at least 1 unit, and norms of at most 32768 elements", u16],
    12: ["at least 1 class", u16],
    14: ["at most 15 fraction bits, 0 for f32", u16],
    16: ["a finite epsilon of at least 0", () => data.getFloat32(offset, true)],
    20: ["norm 1, LayerNorm", u8],
    21: ["three zeros", () => file.subarray(21, HEADER).join()],
  };
  const [expected, number] = numbers[offset] ?? ["a number that folding gives", () => "another"];
  return `bytes[${offset}]: expected ${expected}, actual ${number()}`;
}

function ofWeight(file: Uint8Array, index: number): string {
  return `weights[${index}]: expected a finite number, actual ${view(file).getFloat32(HEADER + 4 * index, true)}`;
}

function ofLength(file: Uint8Array, expected: number): string {
  const least = file.length < HEADER ? "a length of at least" : "length";
  return `bytes: expected ${least} ${expected}, actual ${file.length}`;
}
