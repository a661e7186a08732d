// How it is timed: results compared first, then everyone in turn, in many short bursts, in an order that changes. What
// slows the machine for a while slows some bursts of everyone; a low quantile of the bursts leaves those out.

/** At most. */
export const ROUNDS = 60;
const FEWEST_ROUNDS = 5;
/** Of a burst, if that is more than one call. */
const BURST = 0.001;
/** Of all bursts of one contender, about. */
const BUDGET = 0.5;
/** Before the first burst: an engine compiles meanwhile. */
const WARM_UP = 0.02;
const MOST_CALLS = 1e6;
const LOW = 0.1;

// Largest errors allowed, in units of max(1, |y|). Peers may add a row up in plain f32, and of codes hit the next one.
const TOLERANCE = { ours: 1e-6, peers: 1e-4, peersOfCodes: 1 };
export const TOLERANCES = `${TOLERANCE.peers} · max(1, |y|) against f64, or one code (${TOLERANCE.ours} and no code for ours)`;

export const OURS = "layernorm";
/** Of this commit or an earlier one, by any way. */
export const isOurs = (name) => name.startsWith(OURS);

function tolerance(name, verb) {
  if (isOurs(name)) return TOLERANCE.ours;
  return verb.includes("codes") ? TOLERANCE.peersOfCodes : TOLERANCE.peers;
}

function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place % 1);
}

/** Seconds of a call: the number of which ratios are made. */
export const low = ({ seconds }) => quantile(seconds, LOW);
export const median = ({ seconds }) => quantile(seconds, 0.5);

/** How many times longer `other` takes than `entry`. */
export function ratio(entry, other) {
  return entry?.seconds.length && other?.seconds.length ? low(other) / low(entry) : null;
}

/**
 * `contenders`: name → open(work). `plain` is work, or null: ours does it in the same turns, for a ratio of the two. Returns
 * { entries: [{ name, error, seconds: [one per burst] }], plain: the same of that work }; a wrong result has no seconds, an operation
 * that a contender does not have no entry.
 */
export async function measure(contenders, work, plain) {
  const open = async (name, work) => {
    const running = await contenders[name](work);
    if (!running) return null;
    const { error } = running;
    const right = error <= tolerance(name, work.verb);
    // A peer that is wrong is left out; ours is what the run is for.
    if (!right && isOurs(name)) throw new Error(`${name}, ${work.verb} of ${work.rows}×${work.width}: wrong by ${error}`);
    return { name, error, running, right, seconds: [] };
  };
  const opened = [plain && (await open(OURS, plain))];
  for (const name of Object.keys(contenders)) opened.push(await open(name, work));
  const entries = opened.filter(Boolean);
  const timed = entries.filter(({ right }) => right);
  for (const entry of timed) Object.assign(entry, await pace(entry.running));
  for (let round = 0; round < ROUNDS; round++) {
    for (let place = 0; place < timed.length; place++) {
      const entry = timed[(place * (round % 2 ? -1 : 1) + round + timed.length * ROUNDS) % timed.length];
      const bursts = (rounds) => Math.floor((rounds * entry.rounds) / ROUNDS);
      // Who has fewer bursts has them all over the time.
      if (bursts(round) === bursts(round + 1)) continue;
      entry.seconds.push((await entry.running.time(entry.calls)) / entry.calls);
    }
  }
  for (const { running } of entries) await running.close();
  const told = entries.map(({ name, error, seconds }) => ({ name, error, seconds }));
  return plain ? { plain: told[0], entries: told.slice(1) } : { plain: told.find(({ name }) => name === OURS), entries: told };
}

/** Calls in a burst, and bursts. */
async function pace(running) {
  let [calls, spent] = [1, 0];
  for (;;) {
    const seconds = Math.max(await running.time(calls), 1e-7);
    spent += seconds;
    const wanted = Math.min((calls * BURST) / seconds, calls * 8, MOST_CALLS);
    if (spent > WARM_UP && wanted < calls * 8) {
      const once = seconds / calls;
      calls = Math.max(1, Math.round(wanted));
      // Each burst is one call longer than its time.
      const rounds = Math.floor(BUDGET / ((calls + 1) * once));
      return { calls, rounds: Math.max(FEWEST_ROUNDS, Math.min(ROUNDS, rounds)) };
    }
    calls = Math.max(1, Math.round(wanted));
  }
}
