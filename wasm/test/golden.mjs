// Golden data of classifiers, and the network in model/ with its utterances. tests/golden/README.md and model/data/README.md
// have the layouts.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./fixture.mjs";

const text = (path) => readFileSync(join(root, path), "utf8").trimEnd();
const bytes = (hexadecimal) => Uint8Array.from(Buffer.from(hexadecimal, "hex"));
const parts = (values, length) =>
  Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length));

/** Cases in integers: kind, storage, file, frames, and the logits after each. */
export const CASES = text("tests/golden/sequence_fixed/cases.txt")
  .split("\n\n")
  .map((lines) => Object.fromEntries(lines.split("\n").map((line) => [line.split(" ", 1)[0], line.split(" ").slice(1)])))
  .map(({ case: [kind, storage, family], file: [file], x, logits }) => ({
    name: `${kind} ${storage} ${family}`,
    kind: kind === "state_norm_lstm" ? "StateNormLSTM" : kind.toUpperCase(),
    storage,
    file: bytes(file),
    frames: parts(Int16Array.from(x), 3),
    logits: parts(logits.map(Number), 2),
  }));

/** The file of a case. */
export const fixed = (kind, storage) => CASES.find((of) => of.kind === kind && of.storage === storage).file;

/** The network in one storage. */
export const network = (storage) => Uint8Array.from(readFileSync(join(root, `model/speaker.${storage}.bin`)));

/** All utterances: whether they are for the test, the speaker from 0, frames. */
export const UTTERANCES = (() => {
  const data = new DataView(Uint8Array.from(readFileSync(join(root, "model/data/utterances.bin"))).buffer);
  const count = data.getUint32(8, true);
  let at = 12 + 4 * count;
  return Array.from({ length: count }, (_, i) => {
    const frames = data.getUint16(14 + 4 * i, true);
    const values = new Float32Array(data.buffer, at, 12 * frames);
    at += values.byteLength;
    return { test: data.getUint8(12 + 4 * i) === 1, speaker: data.getUint8(13 + 4 * i) - 1, frames: parts(values, 12) };
  });
})();

/** What a group of the corpus is natively. */
export const digest = (group) => new RegExp(`^${group} (.*)$`, "m").exec(text("tests/golden/digest"))[1];

/** What model/README.md says is named right in the test, in per cent. */
export const named = (storage) =>
  new RegExp(`\`speaker\\.${storage}\\.bin\`[^|]*\\|[^|]*\\| ([\\d.]+) %`).exec(text("model/README.md"))[1];
