// The contenders of contenders/, compiled to wasm: each opened in an instance of its own.
import { VERBS } from "./work.mjs";

export async function wasmContenders(bytes) {
  const module = await WebAssembly.compile(bytes);
  // Some peers bind functions of JavaScript that a layer norm never calls.
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`a contender called ${name}`);
    };
  }
  const instantiate = () => new WebAssembly.Instance(module, imports).exports;

  const contenders = {};
  const wasm = instantiate();
  for (let index = 0; ; index++) {
    const name = wasm.name(index);
    if (name === 0n) return contenders;
    const bytes = new Uint8Array(wasm.memory.buffer, Number(name & 0xffffffffn), Number(name >> 32n));
    contenders[new TextDecoder().decode(bytes)] = ({ verb, rows, width }) => {
      const { open, error, run } = instantiate();
      const running = open(index, VERBS.indexOf(verb), rows, width);
      return running && { error: error(running), run: (times) => run(running, times) };
    };
  }
}
