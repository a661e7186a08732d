// The contenders of contenders/, compiled to wasm: each opened in an instance of its own.
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

  const wasm = instantiate();
  const list = (at) => {
    const names = [];
    for (let name; (name = at(names.length)) !== 0n; ) {
      const bytes = new Uint8Array(wasm.memory.buffer, Number(name & 0xffffffffn), Number(name >> 32n));
      names.push(new TextDecoder().decode(bytes));
    }
    return names;
  };
  const verbs = list(wasm.verb);
  const contender = (index) => ({ verb, rows, width, mean }) => {
    const { open, error, run } = instantiate();
    const running = open(index, verbs.indexOf(verb), rows, width, mean);
    return running && { error: error(running), run: (times) => run(running, times) };
  };
  const names = list(wasm.contender);
  return Object.fromEntries(names.map((name, index) => [name, contender(index)]));
}
