// How it is timed: results compared first, then everyone in turn, round after round, in an order that changes; the
// median over the rounds. What slows the machine for a while slows all of them, and falls out of the ratios.

export const ROUNDS = 11;
const SECONDS = 0.012;
const MOST_CALLS = 1e6;

// Largest errors allowed, in units of max(1, |y|). Peers may add a row up in plain f32.
export const TOLERANCE = { layernorm: 1e-6, others: 1e-4 };

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** Median over rounds of how many times longer `other` takes than `entry`. */
export function ratio(entry, other) {
  if (!entry?.seconds.length || !other?.seconds.length) return null;
  return median(other.seconds.map((seconds, round) => seconds / entry.seconds[round]));
}

/**
 * `contenders`: name → open(work). Returns [{ name, verb, error, seconds: [one per round] }]; a wrong result has no
 * seconds, an operation that a contender does not have no entry.
 */
export async function measure(contenders, { rows, width }, verbs) {
  const entries = [];
  for (const verb of verbs) {
    for (const [name, open] of Object.entries(contenders)) {
      const running = await open({ verb, rows, width });
      if (!running) continue;
      const tolerance = name.startsWith("layernorm") ? TOLERANCE.layernorm : TOLERANCE.others;
      const right = running.error <= tolerance;
      // A peer that is wrong is left out; ours is what the run is for.
      if (!right && name.startsWith("layernorm")) throw new Error(`${name}, ${verb} of ${rows}×${width}: wrong by ${running.error}`);
      entries.push({ name, verb, error: running.error, running, right, seconds: [] });
    }
  }
  const timed = entries.filter(({ right }) => right);
  for (const entry of timed) {
    // The first calls are those of an engine that still compiles.
    let calls = 1;
    let seconds = await entry.running.time(calls);
    while (seconds < SECONDS / 2 && calls < MOST_CALLS) {
      calls *= 4;
      seconds = await entry.running.time(calls);
    }
    entry.calls = Math.max(1, Math.min(MOST_CALLS, Math.round((calls * SECONDS) / seconds)));
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let place = 0; place < timed.length; place++) {
      const entry = timed[(place * (round % 2 ? -1 : 1) + round + timed.length * ROUNDS) % timed.length];
      entry.seconds.push((await entry.running.time(entry.calls)) / entry.calls);
    }
  }
  for (const { running } of entries) await running.close();
  return entries.map(({ name, verb, error, seconds }) => ({ name, verb, error, seconds }));
}
