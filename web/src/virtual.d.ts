/** Made by the plugins in `build/`. */
declare module "virtual:measured" {
  const measured: import("../build/measured").Measured;
  export default measured;
}
declare module "virtual:utterances" {
  const index: {
    readonly width: number;
    readonly splits: string;
    readonly speakers: string;
    readonly lengths: readonly number[];
    readonly perFile: number;
  };
  export default index;
  export const files: readonly string[];
}
