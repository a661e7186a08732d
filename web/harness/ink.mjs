// How much of a picture is not paper.

/** The share of pixels that stand out from the picture's most frequent colour. */
export async function ink(page, png) {
  const blank = await page.context().newPage();
  try {
    return await blank.evaluate(async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const counts = new Map();
      for (let i = 0; i < data.length; i += 4) {
        const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
        counts.set(colour, (counts.get(colour) ?? 0) + 1);
      }
      const [paper] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most));
      const channel = (colour, shift) => (colour >> shift) & 255;
      const far = (colour) => [16, 8, 0].some((shift) => Math.abs(channel(colour, shift) - channel(paper, shift)) > 64);
      let seen = 0;
      for (const [colour, count] of counts) if (far(colour)) seen += count;
      return (seen * 4) / data.length;
    }, png.toString("base64"));
  } finally {
    await blank.close();
  }
}
