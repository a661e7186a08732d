/** What the reader is asked before each step is revealed, and what the answer says of why the step is taken. */
import { lowered, shown } from "./format";
import { fineness } from "./guess";
import { RowModel, type RowNumbers } from "./row-numbers";

export interface Choice {
  readonly text: string;
  readonly right: boolean;
}

export interface Question {
  readonly ask: (n: RowNumbers) => string;
  /** To choose among, or else the reader places a line: μ itself, or two, σ to either side of μ. */
  readonly choices?: (n: RowNumbers) => readonly Choice[];
  /** Without a guess the reader asked only to see. */
  readonly tell: (n: RowNumbers, index: number, guess: number | undefined, half: number) => string;
}

const LARGEST = 3.4028234663852886e38;
const four = (value: number) => shown(value, 4).text;
const other = new RowModel();

/** Of a placed line; the difference is that of the numbers as they are displayed. */
function distance(name: string, actual: number, guess: number, half: number): string {
  const [is, said] = [actual, guess].map((value) => shown(value, fineness(value, half)));
  const off = shown(said.value - is.value, 4);
  if (off.value === 0) return `You placed ${name} exactly, at ${is.text}.`;
  return `You placed ${name} at ${said.text}. It is ${is.text}: yours is ${off.text.replace("−", "")} too ${off.value > 0 ? "large" : "small"}.`;
}

/** The row in another size, for the fourth question: doubled, or halved where f32 ends. */
function resized(n: RowNumbers): { word: "Double" | "Halve"; hat: Float32Array } {
  const doubles = n.x.every((value) => Math.abs(value) <= LARGEST / 2);
  const x = Array.from(n.x, (value) => value * (doubles ? 2 : 0.5));
  const again = other.compute({ x, gamma: Array.from(n.gamma), beta: Array.from(n.beta), epsilon: n.epsilon });
  return { word: doubles ? "Double" : "Halve", hat: again.hat };
}

export const QUESTIONS: readonly Question[] = [
  {
    ask: () => "Where is the mean μ of these twelve? Place the dashed line.",
    tell: (n, _, guess, half) =>
      [
        guess === undefined ? `The mean is ${four(n.mean)}.` : distance("μ", n.mean, guess, half),
        "Around μ the bars balance: what stands above it is as much as what hangs below.",
      ].join(" "),
  },
  {
    ask: () => "Add 1 to every x. What happens to the twelve differences d = x − μ?",
    choices: () => [
      { text: "All d grow by 1", right: false },
      { text: "Nothing: μ grows by 1 too", right: true },
      { text: "All d shrink", right: false },
    ],
    tell: () =>
      "The d stay as they are, because μ moves along with x. That is why the mean is taken away: what all twelve have in common says nothing about which of them stands out, and it would add up from layer to layer. Try “x + 1” above the bars.",
  },
  {
    ask: () => "How far from μ do these numbers typically lie? Place the two dashed lines σ above and σ below μ.",
    tell: (n, _, guess, half) => {
      const inside = n.x.reduce((count, _, i) => count + (Math.abs(n.d(i)) <= n.spread ? 1 : 0), 0);
      return [
        guess === undefined ? `σ is ${four(n.spread)}.` : distance("σ", n.spread, guess, half),
        `${inside} of the ${n.width} numbers lie within σ of μ. The d are squared, so that signs do not cancel: the far ones count most.`,
      ].join(" ");
    },
  },
  {
    ask: (n) => `${resized(n).word} every x. What happens to x̂ = d / √(σ² + ε)?`,
    choices: (n) => {
      const { word } = resized(n);
      return [
        { text: word === "Double" ? "Every x̂ doubles" : "Every x̂ halves", right: false },
        { text: word === "Double" ? "Every x̂ halves" : "Every x̂ doubles", right: false },
        { text: "It stays, but for ε", right: true },
      ];
    },
    tell: (n, index) => {
      const { word, hat } = resized(n);
      return `d and σ ${word.toLowerCase()} together: x̂${lowered(index)} is ${four(n.hat[index])} now, and would be ${four(hat[index])} then. x̂ counts how many spreads an element lies from the mean. So every row reaches the next layer at one size, however large or small the weights made it, and nothing fades or explodes on the way.`;
    },
  },
  {
    ask: () => "Whatever x is, x̂ has mean 0 and a spread of at most 1. What are γ and β for?",
    choices: () => [
      { text: "They move μ and σ of x", right: false },
      { text: "Nothing: the norm undoes them", right: false },
      { text: "They let each column have any scale and place", right: true },
    ],
    tell: () =>
      "The next layer may do better with another scale and place than the norm hands on. γ and β give that freedom back: a pair for each column, learned with the weights, the same for every row. They can even undo the norm. Try it in the task below.",
  },
];
