/** How the contenders are called and drawn. */
import type { Contender } from "./bench";
import type { Call } from "./bench-shapes";

export interface Look {
  /** In the chart. */
  readonly short: string;
  /** In sentences and in the table. */
  readonly name: string;
  /** A custom property of the style sheet. */
  readonly colour: string;
  readonly dash: string;
}

export const LOOKS: Record<Contender, Look> = {
  simd128: { short: "LayerNorm", name: "LayerNorm, simd128", colour: "--accent", dash: "" },
  easy: { short: "layerNorm()", name: "layerNorm(), with its copies", colour: "--accent", dash: "10 5" },
  scalar: { short: "scalar build", name: "LayerNorm, scalar", colour: "--ink", dash: "12 4 1 4" },
  plain: { short: "plain loop", name: "plain JavaScript", colour: "--muted", dash: "4 5" },
  onnx: { short: "ONNX Runtime", name: "ONNX Runtime Web", colour: "--ink", dash: "1 5" },
};

export const CALL_NAMES: Record<Call, string> = { batch: "65\u202f536 numbers a call", row: "one row a call" };
