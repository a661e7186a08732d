// Bad arguments give an error that names the argument, what was expected, what came, and the way out, before anything is
// written.

/** What came, in a message. */
export function describe(value: unknown): string {
  if (typeof value === "number" || value === null || value === undefined) return String(value);
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** A value of the wrong type. */
export function wrongType(name: string, expected: string, actual: string, wayOut: string): never {
  throw new TypeError(`${name}: expected ${expected}, actual ${actual}: ${wayOut}`);
}

/** A value of the right type that will not do. */
export function wrongValue(name: string, expected: string, actual: string | number | undefined, wayOut: string): never {
  throw new RangeError(`${name}: expected ${expected}, actual ${actual}: ${wayOut}`);
}

/** What a width is. */
export const WIDTH = "the features in a row, { width: 768 }";

/** γ and β. */
export const FEATURES = "one number for each feature";

/** A whole number from `least` to `most`. */
export function whole(name: string, value: unknown, least: number, wayOut: string, most = 2 ** 53 - 1): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  if (typeof value !== "number") return wrongType(name, "a number", describe(value), value ? `Number(${name})` : wayOut);
  const upTo = most < 2 ** 53 - 1 ? `from ${least} to ${most}` : `of at least ${least}`;
  return wrongValue(name, `a whole number ${upTo}`, value, wayOut);
}

/** ε: finite as an f32, not negative. */
export function epsilon(value: unknown): number {
  const wayOut = "1e-5 is usual";
  if (typeof value !== "number") return wrongType("epsilon", "a number", describe(value), wayOut);
  if (!(value >= 0) || !Number.isFinite(Math.fround(value))) wrongValue("epsilon", "a finite number of at least 0", value, wayOut);
  return value;
}

/** One of the types that `expected` names, of any realm (a frame's, a test runner's). */
export function typed(name: string, value: unknown, expected: string): void {
  const type = describe(value);
  if (` ${expected} `.includes(` ${type} `)) return;
  const words = expected.split(" ");
  const { data, length } = Object(value);
  wrongType(
    name,
    expected,
    type,
    words.includes(describe(data))
      ? `give ${name}.data`
      : type.endsWith("ArrayBuffer")
        ? `new ${words[1]}(${name})`
        : length >= 0 && type !== "String"
          ? `${words[1]}.from(${name})`
          : `${words[1]}.of(…) makes one; an option may be left out`,
  );
}

/** An array of one of the types that `expected` names, of `length` elements if that is given. */
export function array<T extends ArrayBufferView & ArrayLike<number>>(name: string, value: unknown, expected: string, length?: number): T {
  typed(name, value, expected);
  return sized(name, value as T, length);
}

/** A Float32Array, of `length` elements if that is given; `wayOut` if it has another. */
export function floats(name: string, value: unknown, length?: number, wayOut?: string): Float32Array {
  if (!(value instanceof Float32Array)) typed(name, value, "a Float32Array");
  return sized(name, value as Float32Array, length, wayOut);
}

function sized<T extends ArrayBufferView & ArrayLike<number>>(name: string, values: T, length?: number, wayOut?: string): T {
  const actual = values.length;
  if (actual === 0) attached(name, values);
  if (length !== undefined && actual !== length) {
    wrongValue(name, `length ${length}`, actual, wayOut ?? `make it new ${describe(values)}(${length})`);
  }
  return values;
}

/** A view whose memory has gone elsewhere has no elements, like one that never had any. */
function attached(name: string, { buffer }: ArrayBufferView): void {
  try {
    new Uint8Array(buffer);
  } catch {
    wrongType(name, "an array with its memory", "one whose memory was transferred or has grown", "take it from its owner again");
  }
}

/** What is learned, γ for one: a Float32Array of `length` finite numbers. */
export function parameter(name: string, value: unknown, length: number, wayOut = FEATURES): Float32Array {
  const values = floats(name, value, length, wayOut);
  finite(name, values);
  return values;
}

/** That every number is finite. */
export function finite(name: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    // 0 for all but NaN and infinities.
    if (values[i]! - values[i]! !== 0) wrongValue(`${name}[${i}]`, "a finite number", values[i], "see where it comes from");
  }
}

/** `check` of what may be left out. */
export function optional<T, U>(value: T, check: (value: NonNullable<T>) => U): U | undefined {
  return value == null ? undefined : check(value);
}

/** What all that normalises is told of the norm. */
export function norm(
  options: {
    gamma?: Float32Array | undefined;
    beta?: Float32Array | undefined;
    epsilon?: number | undefined;
    unitOffset?: boolean | undefined;
  },
  width: number,
  centred: boolean,
) {
  return {
    width,
    centred,
    unitOffset: flag("unitOffset", options.unitOffset),
    epsilon: epsilon(options.epsilon ?? 1e-5),
    gamma: optional(options.gamma, (values) => parameter("gamma", values, width)),
    beta: optional(options.beta, (values) => parameter("beta", values, width)),
  };
}

/** True or false; false where it is left out. */
export function flag(name: string, value: unknown): boolean {
  if (value != null && typeof value !== "boolean") wrongType(name, "true or false", describe(value), "write true, or leave it out");
  return value === true;
}

/** Rows of `width` in `values`, one every `stride` elements; what follows the last need not be there. */
export function rows(name: string, values: ArrayLike<number>, width: number, stride = width, of = "width"): number {
  const last = values.length % stride;
  if (last !== 0 && stride === width) {
    wrongValue(name, `a length that is a multiple of ${of} ${width}`, values.length, "give whole rows, or the width that they have");
  }
  if (last !== 0 && last < width) wrongValue(name, `a last row of ${width}`, last, "give the last row whole");
  return Math.ceil(values.length / stride);
}
