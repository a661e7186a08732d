/** Starts the package, once: the same build for every section. */
import { backend, init } from "layernorm";
import scalar from "layernorm/scalar.wasm?url";

export interface Started {
  readonly variant: string;
  /** Milliseconds. */
  readonly took: number;
}

let starting: Promise<Started> | undefined;

export function startPackage(): Promise<Started> {
  return (starting ??= start());
}

/** The build with SIMD; where the engine has none, the scalar one, which is a file. */
export async function startEither(): Promise<void> {
  await init().catch(startScalar);
}

export async function startScalar(): Promise<void> {
  await init({ source: scalar });
}

async function start(): Promise<Started> {
  const from = performance.now();
  await startEither();
  return { variant: backend(), took: performance.now() - from };
}

/** The size of the package's own file, compressed; unknown while developing: there is no bundle to weigh. */
export function packageBytes(): number | undefined {
  const bytes = document.querySelector<HTMLMetaElement>('meta[name="package-bytes"]')?.content.split(" ");
  return bytes && Number(bytes[1]);
}
