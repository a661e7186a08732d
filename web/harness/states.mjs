// States of the page that must all be accessible. Each section's owner adds those that show something else than the first state does.

/** `hash`: the link that shows it; `act`: what is done to the page after that. */
export const STATES = [
  { name: "as it opens" },
  { name: "layers: exploding", hash: "layers&w=2" },
  { name: "row: the last step of an outlier", hash: "row&p=outlier&step=5" },
  { name: "train and place: after a step", hash: "train&ts=one&pl=post&pb=4", act: takeSteps },
  { name: "sequence: another utterance", hash: "sequence&u=test-8&f=3&ua=5" },
  { name: "integers: results that are no numbers, and a block in C", hash: "integers&qf=f32&qr=constant&qx=c" },
];

/** Opens whatever is closed. */
export async function openAll(page) {
  for (const summary of await page.locator("summary:visible").all()) {
    if (!(await summary.evaluate(({ parentElement }) => parentElement.open))) await summary.click();
  }
}

/** Trains the nets of both sections by one step. */
export async function takeSteps(page) {
  await page.locator('#train input[value="layer"]').check();
  for (const id of ["train", "place"]) {
    await page.locator(`#${id}`).getByRole("button", { name: "One step" }).click();
    await page.locator(`#${id} .lane-note`, { hasText: "loss" }).first().waitFor({ timeout: 30_000 });
  }
}
