// What "In integers" exports compiles as it stands, for a board without floating point and for C; and results are the native ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { exportsByC, exportsByCargo } from "../harness/exports.mjs";
import { number, table } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const GAMMA = [1, 1, 1, 1, 2, 1, 1, 1, -1, 1, 1e-3, 0.333333343];
const BETA = [0.1, 0, 0, 0, 0, 0, -0, 0.5, 0.5, 0.5, 0, -3];
const LEARNED = `g=${GAMMA}&b=${BETA.map((value) => (Object.is(value, -0) ? "-0" : value))}`;
/** What is exported, with the row of 64 codes that is shown beside it. */
const STATES = [
  { format: "f32", hash: "qf=f32", epsilon: 1e-5 },
  { format: "f32", hash: `qf=f32&qe=0&${LEARNED}`, epsilon: 0, learned: true },
  { format: "i8", hash: "qf=i8&qr=narrow&qn=64", epsilon: 1e-5 },
  { format: "u8", hash: `qf=u8&qr=outlier&qn=64&qe=10&${LEARNED}`, epsilon: 10, learned: true },
  { format: "i16", hash: `qf=i16&qr=far&qn=64&qe=0&${LEARNED}`, epsilon: 0, learned: true },
  { format: "i16", hash: "qf=i16&qr=narrow&qn=12&qe=0.001", epsilon: 0.001 },
];

const ones = Array(12).fill(1);
const zeros = Array(12).fill(0);

async function read(page, { hash, format }) {
  const code = async (language) => {
    await follow(page, `integers&${hash}${language === "c" ? "&qx=c" : ""}`);
    // It follows once the choice rests.
    await page.waitForTimeout(350);
    return page.locator("#integers .code code").textContent();
  };
  const [rust, c] = [await code("rust"), await code("c")];
  const rows = (await table(page, "#integers")).map((row) => row.map(number));
  return { format, rust, c, x: rows.map((row) => row[1]), ours: rows.map((row) => row[3]), usual: rows.map((row) => row[5]) };
}

const seen = new Map();

forEachBrowser("exports", (browser, open) => {
  test("are the same text in every browser, with the numbers of the page", async () => {
    const page = await open("integers");
    const states = [];
    for (const state of STATES) states.push({ ...state, ...(await read(page, state)) });
    seen.set(browser, states);
    await follow(page, `integers&qf=i8&b=${[...Array(11).fill(0), "1e30"]}`);
    await page.waitForTimeout(350);
    assert.match(await page.locator("#integers .code code").textContent(), /expected less than 2³¹ steps of the output/);
  });
});

test("compile for thumbv6m and by gcc, and are what the crate folds; results are the native ones", async () => {
  const [states, ...others] = [...seen.values()];
  assert.ok(states && others.length === 1, "both browsers have been read");
  for (const other of others) assert.deepEqual(other, states);
  const learned = states.map(({ learned }) => ({ gamma: learned ? GAMMA : ones, beta: learned ? BETA : zeros }));
  const native = await exportsByCargo(states.map((state, i) => ({ ...state, ...learned[i] })));
  native.forEach(({ same, ours, usual }, i) => {
    const { format, hash } = states[i];
    assert.ok(same, `${hash}: not what the crate folds`);
    if (format === "f32") return;
    assert.deepEqual(ours, states[i].ours, hash);
    assert.deepEqual(usual, states[i].usual, hash);
  });
  assert.equal(await exportsByC(states), states.length);
});
