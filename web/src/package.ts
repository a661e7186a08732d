/** Starts the package, once: the same build for every section. */
import { backend, init } from "layernorm";

export interface Started {
  readonly variant: string;
  /** Milliseconds. */
  readonly took: number;
}

let starting: Promise<Started> | undefined;

export function startPackage(): Promise<Started> {
  return (starting ??= start());
}

async function start(): Promise<Started> {
  const from = performance.now();
  await init();
  return { variant: backend(), took: performance.now() - from };
}

/** The size of the package's own file, compressed; unknown while developing: there is no bundle to weigh. */
export function packageBytes(): number | undefined {
  const bytes = document.querySelector<HTMLMetaElement>('meta[name="package-bytes"]')?.content.split(" ");
  return bytes && Number(bytes[1]);
}
