// What functions are told, and what they return.

/**
 * `Float32Array<ArrayBuffer>` where TypeScript tells arrays by their memory (5.7 on), `Float32Array` where it does not: what
 * `copyToChannel`, `Blob` and `crypto.subtle` take.
 */
export type Floats = ReturnType<Float32ArrayConstructor["of"]>;

/** The same of bits in half precision. */
export type Words = ReturnType<Uint16ArrayConstructor["of"]>;

/** What all functions are told of the norm. */
export interface NormOptions {
  /** Number of features in a row; at least 1. */
  width: number;
  /** Gain, `width` finite numbers; 1 without it. */
  gamma?: Float32Array | undefined;
  /** Bias, `width` finite numbers; 0 without it. */
  beta?: Float32Array | undefined;
  /** Added to the variance, or to the mean square; finite, at least 0. 1e-5 without it. */
  epsilon?: number | undefined;
  /** With it the gain is 1 + γ, as in Gemma's RMSNorm. */
  unitOffset?: boolean | undefined;
}

/** Options of `rmsNorm`. */
export interface RmsNormOptions extends NormOptions {
  /** Where the result goes, as many rows as `x`; may be or overlap `x`. A new array without it. */
  out?: Float32Array | undefined;
  /** Where 1/sqrt(mean square + ε) of each row goes. */
  rstd?: Float32Array | undefined;
  /** Elements of `x` from the beginning of a row to that of the next; `width` without it. */
  stride?: number | undefined;
  /** The same for the result: without it that of `x` in `out`, and `width` in a new array. Between rows nothing is written. */
  outStride?: number | undefined;
  /**
   * For adaptive layer norm, `x̂ · (1 + scale) + shift`, in place of γ and β: samples × width finite numbers. The rows are
   * those of the samples one after the other, as many for each.
   */
  scale?: Float32Array | undefined;
  /** As long as `scale`; one is not given without the other. */
  shift?: Float32Array | undefined;
}

/** Options of `layerNorm`. */
export interface LayerNormOptions extends RmsNormOptions {
  /** Where the mean of each row goes. */
  mean?: Float32Array | undefined;
}

/** Options of `layerNormChannelsFirst` and `rmsNormChannelsFirst`. */
export interface ChannelsFirstOptions extends Omit<NormOptions, "width"> {
  /** Number of channels, over which is normalised; at least 1. γ and β have as many elements. */
  channels: number;
  /** Elements of a channel, height × width of an image; at least 1. */
  positions: number;
  /** Where the result goes, as long as `x`; may be or overlap `x`. A new array without it. */
  out?: Float32Array | undefined;
}

/** Options in which the result has a place: what is returned is that array, of its type. */
export type Into<O, T extends Float32Array> = O & { out: T };

/** Options in which it has none: what is returned is a new array. */
export type Anew<O> = O & { out?: undefined };
