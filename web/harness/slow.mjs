// The processor of a phone, on whatever machine the tests run.

/** A phone of the middle class, by the index below: a quarter of a desktop of 1600. A desktop has 1000 to 2000, such phones have 125 to 800. */
const PHONE = 400;
/** The most that the tests slow a machine down. */
const MOST = 4;

/** The index by which Lighthouse tells how fast a machine is: strings that are built and thrown away, and numbers that are copied. */
function index() {
  const rate = (work) => {
    const start = performance.now();
    let times = 0;
    while (performance.now() - start < 500) work(times++);
    return times / 10 / ((performance.now() - start) / 1000);
  };
  let text = "";
  const build = () => {
    text = "";
    for (let i = 0; i < 10000; i++) text += "a";
  };
  const arrays = [[], []];
  for (let i = 0; i < 100000; i++) arrays[0][i] = arrays[1][i] = i;
  const copy = (times) => {
    const [from, to] = times % 2 ? arrays : [arrays[1], arrays[0]];
    for (let i = 0; i < from.length; i++) to[i] = from[i];
  };
  return (rate(build) + rate(copy)) / 2;
}

/** How many times slower than this machine the phone is: by the median of three, because a machine may be held up, or run faster, for a moment. */
export async function slowdown(browser) {
  const page = await browser.newPage();
  try {
    const indices = [];
    for (let i = 0; i < 3; i++) indices.push(await page.evaluate(index));
    return Math.min(MOST, Math.max(1, indices.sort((a, b) => a - b)[1] / PHONE));
  } finally {
    await page.close();
  }
}
