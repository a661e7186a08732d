// What all entry points export: which module, and when.

export {
  backend,
  compiled,
  init,
  initSync,
  type Backend,
  type InitOptions,
  type InitSyncOptions,
  type Source,
  type SyncSource,
} from "./module.js";
