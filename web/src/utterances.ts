/** Reads `model/data/utterances.bin`; its layout is in `model/data/README.md`. */
import address from "../../model/data/utterances.bin?url";

export interface Utterance {
  /** `train-K` or `test-K` */
  readonly id: string;
  readonly speaker: number;
  readonly frames: number;
  /** frames × width */
  readonly x: Float32Array;
}

export interface Utterances {
  readonly width: number;
  readonly all: readonly Utterance[];
}

const HEADER = 12;
const ENTRY = 4;
const SPLITS = ["train", "test"];

export async function loadUtterances(): Promise<Utterances> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the utterances did not load: ${response.status}`);
  return parse(await response.arrayBuffer());
}

function parse(bytes: ArrayBuffer): Utterances {
  const view = new DataView(bytes);
  const magic = new TextDecoder().decode(new Uint8Array(bytes, 0, 4));
  if (magic !== "LNUT" || view.getUint16(4, true) !== 1) throw new Error("the utterances are in an unknown form");
  const width = view.getUint16(6, true);
  const count = view.getUint32(8, true);
  const all: Utterance[] = [];
  const counted = SPLITS.map(() => 0);
  let offset = HEADER + count * ENTRY;
  for (let i = 0; i < count; i++) {
    const entry = HEADER + i * ENTRY;
    const split = view.getUint8(entry);
    const frames = view.getUint16(entry + 2, true);
    all.push({
      id: `${SPLITS[split]}-${counted[split]++}`,
      speaker: view.getUint8(entry + 1),
      frames,
      x: new Float32Array(bytes, offset, frames * width),
    });
    offset += frames * width * 4;
  }
  return { width, all };
}
