// The batch of "Who shares a mean?" and what the norms make of it, from the definitions. A cell is "example.feature.step", from 1.

const EPSILON = 1e-5;
export const LENGTHS = { equal: [6, 6, 6, 6, 6, 6, 6, 6], unequal: [6, 4, 5, 2, 6, 3, 5, 1], one: [1, 1, 1, 1, 1, 1, 1, 1] };
const counting = (count) => Array.from({ length: count }, (_, i) => i);
/** Without −0, which is written as 0. */
const tenths = (value) => Math.round(10 * value) / 10 + 0;

/** 100 batches, the one shown after them, and the noise of a broken recorder; each value by example, feature, step. */
export const batches = once(() => {
  let state = 22;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const batch = () =>
    counting(8).map(() => {
      const loudness = 2 ** random();
      const level = random();
      return [1.2, -1, 0, 0.4].map((offset, feature) => {
        let wave = random();
        return counting(6).map(() => {
          wave = wave / 2 + random();
          return tenths(offset + level + loudness * [0.5, 0.7, 0.9, 1.1][feature] * wave);
        });
      });
    });
  const all = counting(101).map(batch);
  // The noise is made step by step, the four features of a step together.
  const noise = counting(8).map(() => counting(6).map(() => counting(4).map(() => tenths(10 * random()))));
  return { earlier: all.slice(0, 100), shown: all[100], noise };
});

function once(make) {
  let made;
  return () => (made ??= make());
}

function values({ batch = 8, lengths = "equal", spoiled = false, shifted = false }) {
  const { shown, noise } = batches();
  const cells = new Map();
  for (const e of counting(batch)) {
    for (const f of counting(4)) {
      for (const t of counting(LENGTHS[lengths][e])) {
        const heard = spoiled && e === 2 ? noise[e][t][f] : shown[e][f][t];
        cells.set(`${e + 1}.${f + 1}.${t + 1}`, shifted ? tenths(heard + 2) : heard);
      }
    }
  }
  return cells;
}

/** Whether two cells share their statistics. */
const SHARE = {
  layer: ([e, , t], [e2, , t2]) => e === e2 && t === t2,
  rms: ([e, , t], [e2, , t2]) => e === e2 && t === t2,
  batch: ([, f], [, f2]) => f === f2,
  group: ([e, f], [e2, f2]) => e === e2 && Math.ceil(f / 2) === Math.ceil(f2 / 2),
  instance: ([e, f], [e2, f2]) => e === e2 && f === f2,
};

export function sets(norm, experiment) {
  const left = [...values(experiment).keys()];
  const found = [];
  while (left.length > 0) {
    const place = left[0].split(".").map(Number);
    const set = left.filter((name) => SHARE[norm](place, name.split(".").map(Number)));
    for (const name of set) left.splice(left.indexOf(name), 1);
    found.push(set);
  }
  return found;
}

const average = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;

/** What 100 batches leave with momentum 0.1, from mean 0 and variance 1; the variance is the unbiased one. */
function running(feature) {
  let [mean, variance] = [0, 1];
  for (const batch of batches().earlier) {
    const all = batch.flatMap((features) => features[feature]);
    const own = average(all);
    const unbiased = all.reduce((sum, value) => sum + (value - own) ** 2, 0) / (all.length - 1);
    mean = 0.9 * mean + 0.1 * own;
    variance = 0.9 * variance + 0.1 * unbiased;
  }
  return { mean, variance };
}

/** By cell: x, the mean of its set, the spread (σ, or the root mean square), and y. */
export function expected(norm, experiment) {
  const x = values(experiment);
  const result = new Map();
  for (const set of sets(norm, experiment)) {
    const all = set.map((name) => x.get(name));
    let mean = norm === "rms" ? 0 : average(all);
    let variance = average(all.map((value) => (value - mean) ** 2));
    if (norm === "batch" && experiment.inference) ({ mean, variance } = running(Number(set[0].split(".")[1]) - 1));
    for (const name of set) {
      result.set(name, { x: x.get(name), mean, spread: Math.sqrt(variance), y: (x.get(name) - mean) / Math.sqrt(variance + EPSILON) });
    }
  }
  return result;
}

/** What a change is measured against: the untouched batch in the same mode, or in training when nothing but the mode was changed. */
export function atFirst({ inference = false, ...disturbed }) {
  return { inference: inference && Object.keys(disturbed).length > 0 };
}

/** By example: the largest change of y. */
export function change(norm, experiment) {
  const [now, first] = [expected(norm, experiment), expected(norm, atFirst(experiment))];
  const most = counting(8).map(() => 0);
  for (const [name, { y }] of now) {
    const example = Number(name.split(".")[0]) - 1;
    most[example] = Math.max(most[example], Math.abs(y - first.get(name).y));
  }
  return most;
}
