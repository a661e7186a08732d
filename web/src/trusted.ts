/** The page runs with `require-trusted-types-for 'script'`: an address of a script must be one of this page's own. */

interface Policy {
  createScriptURL(address: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

const own: Policy = {
  createScriptURL(address) {
    const url = new URL(address, document.baseURI);
    if (url.origin !== location.origin) throw new TypeError(`${url} is not a script of this page`);
    return url.href;
  },
};

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy("own-scripts", own) ?? own;

/** For `new Worker(…)` and the like. Get the address by `import address from "./some-worker.ts?worker&url"`. */
export function scriptAddress(address: string): string {
  return policy.createScriptURL(address);
}
