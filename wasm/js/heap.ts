// The module's memory behind its stack and its constants. Who has which part of it is known here: the module allocates nothing.

/** Bytes that memory grows by. */
const PAGE = 65536;

/** Free memory: blocks by their address, none beside another. */
const free: { at: number; bytes: number }[] = [];

/** Address of `bytes` zeros; a number of whole cache lines gives one aligned to them. Throws RangeError where there is not that much. */
export function allocate(memory: WebAssembly.Memory, bytes: number): number {
  let block = free.find((one) => one.bytes >= bytes);
  if (!block) {
    const last = free.at(-1);
    const spare = last && last.at + last.bytes === memory.buffer.byteLength ? last.bytes : 0;
    const pages = Math.ceil((bytes - spare) / PAGE);
    release(PAGE * memory.grow(pages), PAGE * pages);
    block = free.at(-1)!;
  }
  const { at } = block;
  block.at += bytes;
  block.bytes -= bytes;
  if (block.bytes === 0) free.splice(free.indexOf(block), 1);
  new Uint8Array(memory.buffer, at, bytes).fill(0);
  return at;
}

/** Takes back what {@link allocate} gave. */
export function release(at: number, bytes: number): void {
  let next = free.length;
  while (next > 0 && free[next - 1]!.at > at) next--;
  const before = free[next - 1];
  const after = free[next];
  // One block with those that it touches.
  if (after && at + bytes === after.at) {
    bytes += after.bytes;
    free.splice(next, 1);
  }
  if (before && before.at + before.bytes === at) before.bytes += bytes;
  else free.splice(next, 0, { at, bytes });
}
