// Prints the digest in workerd, which takes modules compiled beforehand only.
import module from "./layernorm-digest_bg.wasm";
import { digest, initSync } from "./layernorm-digest.js";

export default {
  test() {
    initSync({ module });
    console.log(digest());
  },
};
