// What the page shows, as numbers.
import { readFile } from "node:fs/promises";

/** Opens the table in `panel` and gives its cells as text. */
export async function table(page, panel) {
  const details = page.locator(`${panel} details`);
  if (!(await details.evaluate((element) => element.open))) await details.locator("summary").click();
  // It is built when the browser says that it was opened, which is not at once.
  await details.locator("tbody tr").first().waitFor({ state: "attached" });
  const rows = await details.locator("tbody tr").evaluateAll((all) => all.map((row) => Array.from(row.cells, (cell) => cell.textContent)));
  return rows.map((row) => row.map(withExponents));
}

/** "2·10 to the power 38" is how the page's text says 2e38. */
export function withExponents(text) {
  return text.replace(/(?:([\d.]+)·)?10 to the power ([−\d]+)/g, (_, digits = "1", power) => `${digits}e${power}`);
}

/** A number as the page writes it. */
export function number(text) {
  return Number(text.replaceAll("−", "-").replaceAll("\u202f", ""));
}

/** Frames of an utterance, read from the file by the layout in model/data/README.md. */
export async function frames(id) {
  const bytes = await readFile(new URL("../../model/data/utterances.bin", import.meta.url));
  const [split, place] = id.split("-");
  const count = bytes.readUInt32LE(8);
  let at = 12 + 4 * count;
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const entry = 12 + 4 * i;
    const length = bytes.readUInt16LE(entry + 2);
    if (bytes[entry] === (split === "test" ? 1 : 0) && seen++ === Number(place)) {
      return Array.from({ length }, (_, f) => Array.from({ length: 12 }, (_, c) => bytes.readFloatLE(at + 4 * (12 * f + c))));
    }
    at += 4 * 12 * length;
  }
  throw new Error(`no ${id}`);
}

/** Layer norm in doubles, which hold every sum here to far more digits than the page shows. */
export function reference(x, epsilon, gamma = x.map(() => 1), beta = x.map(() => 0)) {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  const rstd = 1 / Math.sqrt(variance + epsilon);
  const hat = x.map((value) => (variance === 0 ? 0 : (value - mean) * rstd));
  return { mean, rstd, hat, y: hat.map((value, i) => value * gamma[i] + beta[i]) };
}
