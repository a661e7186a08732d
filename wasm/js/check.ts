// Bad arguments give an error that names the argument, what was expected and what came, before anything is written.

/** What came, in a message. */
export function describe(value: unknown): string {
  if (typeof value === "number" || value === null || value === undefined) return String(value);
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** A whole number from `least` to `most`. */
export function whole(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number") throw new TypeError(`${name}: expected a number, actual ${describe(value)}`);
  if (!Number.isInteger(value) || value < least || value > most) {
    const upTo = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new RangeError(`${name}: expected a whole number ${upTo}, actual ${value}`);
  }
  return value;
}

/** ε: finite as an f32, not negative. */
export function epsilon(value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`epsilon: expected a number, actual ${describe(value)}`);
  if (!(value >= 0) || !Number.isFinite(Math.fround(value))) {
    throw new RangeError(`epsilon: expected a finite number of at least 0, actual ${value}`);
  }
  return value;
}

/** One of the types that `expected` names, of any realm (a frame's, a test runner's). */
export function typed(name: string, value: unknown, expected: string): void {
  const type = describe(value);
  if (!expected.split(" ").includes(type)) throw new TypeError(`${name}: expected ${expected}, actual ${type}`);
}

/** An array of one of the types that `expected` names, of `length` elements if that is given. */
export function array<T extends ArrayLike<number>>(name: string, value: unknown, expected: string, length?: number): T {
  typed(name, value, expected);
  const actual = (value as T).length;
  if (length !== undefined && actual !== length) throw new RangeError(`${name}: expected length ${length}, actual ${actual}`);
  return value as T;
}

/** A Float32Array, of `length` elements if that is given. */
export function floats(name: string, value: unknown, length?: number): Float32Array {
  return array(name, value, "a Float32Array", length);
}

/** What is learned, γ for one: a Float32Array of `length` finite numbers. */
export function parameter(name: string, value: unknown, length: number): Float32Array {
  const values = floats(name, value, length);
  const index = values.findIndex((v) => !Number.isFinite(v));
  if (index >= 0) throw new RangeError(`${name}[${index}]: expected a finite number, actual ${values[index]}`);
  return values;
}

/** `check` of what may be left out. */
export function optional<T, U>(value: T, check: (value: NonNullable<T>) => U): U | undefined {
  return value == null ? undefined : check(value);
}

/** What all that normalises is told of the norm. */
export function norm(
  options: { gamma?: Float32Array; beta?: Float32Array; epsilon?: number; unitOffset?: boolean },
  width: number,
  centred: boolean,
) {
  return {
    width,
    centred,
    unitOffset: !!options.unitOffset,
    epsilon: epsilon(options.epsilon ?? 1e-5),
    gamma: optional(options.gamma, (values) => parameter("gamma", values, width)),
    beta: optional(options.beta, (values) => parameter("beta", values, width)),
  };
}

/** Rows of `width` in `values`, one every `stride` elements; what follows the last need not be there. */
export function rows(name: string, values: Float32Array, width: number, stride = width, of = "width"): number {
  const last = values.length % stride;
  if (last !== 0 && stride === width) {
    throw new RangeError(`${name}: expected a length that is a multiple of ${of} ${width}, actual ${values.length}`);
  }
  if (last !== 0 && last < width) throw new RangeError(`${name}: expected a last row of ${width}, actual ${last}`);
  return Math.ceil(values.length / stride);
}
