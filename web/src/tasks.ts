/** Two things to do with the row, each for what it teaches. */
import { shown } from "./format";
import { PRESETS, WIDTH } from "./presets";
import { held, settle } from "./equation";
import { RowModel, type RowNumbers } from "./row-numbers";
import type { RowState, TaskName } from "./row-state";

export interface Progress {
  readonly text: string;
  readonly reached: boolean;
}

export interface Task {
  readonly name: string;
  readonly teaches: string;
  readonly say: string;
  /** What the row has to be set to first. */
  readonly begin: (state: Readonly<RowState>, n: RowNumbers) => Partial<RowState>;
  readonly progress: (n: RowNumbers) => Progress;
}

/** γ and β reach from −3 to 3. */
const REACH = 3;
/** y counts as x when no element is further from it than this share of σ: a key step of γ and β does it. */
const NEAR = 0.1;
/** A row that spreads by less than this share of its largest number is a constant with noise. */
const NOISE = 0.01;
const GAIN = 10;
const KEPT = 0.99;

const four = (value: number) => shown(value, 4).text;
const two = (value: number) => shown(value, 2).text;

function fresh(preset: string): Partial<RowState> {
  return { preset, x: [...PRESETS[preset].x], gamma: Array<number>(WIDTH).fill(1), beta: Array<number>(WIDTH).fill(0) };
}

/** √(σ² + ε) from its operands. */
function root(n: RowNumbers): string {
  const e = settle([{ value: n.variance }, { value: n.epsilon }], (a, b) => Math.sqrt(a + b), { value: n.root });
  return `√(${e.operands[0]} + ${e.operands[1]}) ${e.relation} ${e.result}`;
}

const ordinary = new RowModel();

/** What is left of the spread of an ordinary row, which is 1 when ε is 0. */
function kept(epsilon: number): number {
  const n = ordinary.compute({ ...(fresh("ordinary") as RowState), epsilon });
  return n.spread * n.gain;
}

export const TASKS: Readonly<Record<TaskName, Task>> = {
  equal: {
    name: "Make y equal x",
    teaches: "why there are γ and β",
    say:
      "The layer after the norm may want the row as it was. Drag γ and β until y fills the outlines, which are x. All bars of γ move together here, and so do all of β. A hint: take x̂ = (x − μ) / √(σ² + ε) and solve it for x.",
    begin: (state, n) => {
      const fits = Math.abs(n.mean) < REACH && n.root < REACH && n.spread > 0.2;
      return { ...fresh("ordinary"), ...(fits ? { preset: state.preset, x: state.x } : { epsilon: 1e-5 }), step: 5 };
    },
    progress: (n) => {
      const miss = n.y.reduce((most, y, i) => Math.max(most, Math.abs(y - n.x[i])), 0);
      const aim = NEAR * n.spread;
      if (miss > aim) return { reached: false, text: `y is off by up to ${two(miss)}. Bring it down to ${two(aim)}.` };
      const same = miss === 0 ? "y is x" : `y is x to within ${two(miss)}`;
      return {
        reached: true,
        text: `Done: ${same}. γ = ${held(four(n.gamma[0]))} is near ${root(n)}, and β = ${four(n.beta[0])} is near μ = ${four(n.mean)}. So a layer can undo its norm where that serves it: without γ and β every row it hands on would have mean 0 and spread 1. They fit this row alone: each row has its own μ and σ, but γ and β are the same for all.`,
      };
    },
  },
  epsilon: {
    name: "Choose ε",
    teaches: "what ε is for",
    say:
      `This row is a constant with a little noise. With ε = 0 the norm blows the noise up until it looks like a signal. Find an ε that holds the gain down to ${GAIN}, and still leaves an ordinary row at least ${KEPT} of its spread.`,
    begin: () => ({ ...fresh("nearly"), epsilon: 0, step: 4 }),
    progress: (n) => {
      const largest = n.x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      if (n.spread > NOISE * largest) return { reached: false, text: "This row is more than noise. Take the example “Nearly constant” again." };
      const left = kept(n.epsilon);
      const reached = n.gain <= GAIN && left >= KEPT;
      const now = `The gain 1 / √(σ² + ε) is ${four(n.gain)} here (at most ${GAIN}), and an ordinary row keeps ${four(left)} (at least ${KEPT}).`;
      if (!reached) return { reached, text: now };
      return {
        reached,
        text: `Done. ${now} No row can have a gain above 1 / √ε. ε has to be small beside a variance that means something, and large beside one that is only noise. Networks often take 10⁻⁵ and so allow a gain of 316.`,
      };
    },
  },
};
