using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "digest", worker = .digest)]);
const digest :Workerd.Worker = (
  compatibilityDate = "2025-01-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "layernorm-digest.js", esModule = embed "layernorm-digest.js"),
    (name = "layernorm-digest_bg.wasm", wasm = embed "layernorm-digest_bg.wasm"),
  ],
);
