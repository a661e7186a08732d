// A hundred wrong calls, each with the whole message that it gives: wrong-calls.txt has the call, then, set in, its message.
//
// `node test/wrong-calls.test.mjs --write` writes the messages that the package gives now; read them before they are committed.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { load, moduleBytes, project } from "./fixture.mjs";

const FILE = new URL("wrong-calls.txt", import.meta.url);
const folder = project();
const slim = await load(folder, "layernorm/slim", "?wrong");
const names = ["layernorm", "layernorm/full", "layernorm/sequence", "layernorm/pool"];
const entries = await Promise.all(names.map((entry) => load(folder, entry)));

const f = (length, fill = 1) => new Float32Array(length).fill(fill);
const gone = () => {
  const view = f(4);
  structuredClone(view, { transfer: [view.buffer] });
  return view;
};
const disposed = (instance) => (instance.dispose(), instance);
const overlapping = f(9);
const pushed = (moments, chunk) => (moments.push(chunk), moments);
/** What a call may name: all that the package exports, and arrays. */
const scope = Object.assign({}, ...entries, {
  f, gone, disposed, overlapping, pushed, slim,
  x: f(12),
  simd: moduleBytes(folder, "simd"),
});

// Of a worker that is told nothing: what is wrong is said before.
scope.pool = new scope.Pool({ workers: [{ postMessage(_, [port]) { port.close(); } }] });

/** The error of a call. */
async function said(call) {
  try {
    await new Function(...Object.keys(scope), `return ${call};`)(...Object.values(scope));
  } catch (error) {
    return error;
  }
  throw new Error(`${call}: expected an error, actual none`);
}

const table = readFileSync(FILE, "utf8").trimEnd().split("\n").filter((line) => !line.startsWith("#"));
const calls = table.filter((line) => line && !line.startsWith(" "));

if (process.argv.includes("--write")) {
  const comments = readFileSync(FILE, "utf8").split("\n").filter((line) => line.startsWith("#"));
  const lines = await Promise.all(calls.map(async (call) => `${call}\n    ${await said(call)}`));
  writeFileSync(FILE, `${[...comments, ...lines].join("\n")}\n`);
}

test("each of at least a hundred wrong calls names the argument, what was expected, what came, and the way out", async () => {
  const messages = table.filter((line) => line.startsWith(" ")).map((line) => line.trim());
  assert.ok(calls.length >= 100 && new Set(calls).size === calls.length, `${calls.length} calls`);
  assert.equal(messages.length, calls.length);
  for (const [i, call] of calls.entries()) {
    const error = await said(call);
    assert.equal(String(error), messages[i], call);
    assert.match(error.message, /^[\w./[\]()-]+: expected .+, actual .+: .+$/, call);
    assert.ok(["TypeError", "RangeError", "Error"].includes(error.name));
  }
  assert.ok(scope.x.every((v) => v === 1) && overlapping.every((v) => v === 1), "a call that was refused has written");
});
