/*
 * Keeps the page for when there is no network. The build puts VERSION and FILES, the names of this version's files, in front of this.
 * A new version waits, as service workers do, until the pages of the old one are closed: none of them then misses a file.
 */
const CACHE = `page-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith("page-") && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  event.respondWith(request.mode === "navigate" ? newest(request) : kept(request));
});

/** The page itself comes from the network while there is one, so that a new version is seen at once. */
async function newest(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const page = await caches.match(registration.scope);
    if (page) return page;
    throw error;
  }
}

/** Every other file has a name that changes with its content. */
async function kept(request) {
  const here = await caches.match(request, { ignoreSearch: true });
  if (here) return here;
  const response = await fetch(request);
  // Utterances that were chosen once.
  if (response.ok && request.url.endsWith(".bin")) await (await caches.open(CACHE)).put(request, response.clone());
  return response;
}
