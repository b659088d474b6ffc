/* Service worker of /jour/ and nothing else: opens the page of the day, and what it is dressed in, where there is no network.
   The network is always asked first, so a link that was taken back opens nothing, and takes away what was kept. The page is
   kept for a day at most, in a bucket of its own that the browser empties by itself where it can (Storage Buckets, Chromium). */
const LONGEST = 86400000, DRESS = "jour-habits";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(dress(request));
});

// The same name as in static/day.js.
const nameOf = (path) => `jour-${path.split("/")[2].toLowerCase().slice(0, 40)}`;

async function shelf(path) {
  if (!navigator.storageBuckets) return caches.open(nameOf(path));
  const bucket = await navigator.storageBuckets.open(nameOf(path), { durability: "strict", expires: Date.now() + LONGEST });
  return bucket.caches.open("page");
}

async function forget(path) {
  if (navigator.storageBuckets) await navigator.storageBuckets.delete(nameOf(path)).catch(() => {});
  await caches.delete(nameOf(path));
  indexedDB.deleteDatabase(nameOf(path));
}

async function page(request, path) {
  try {
    const answer = await fetch(request);
    if (answer.status === 200) await keep(path, answer.clone());
    if (answer.status === 410) await forget(path);
    return answer;
  } catch (error) {
    const kept = await (await shelf(path)).match(path);
    if (kept && Date.now() - Number(kept.headers.get("X-Kept-At")) < LONGEST) return kept;
    await forget(path);
    throw error;
  }
}

async function keep(path, answer) {
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", Date.now());
  const copy = new Response(await answer.blob(), { headers });
  await (await shelf(path)).put(path, copy).catch(() => {});
}

async function dress(request) {
  const kept = await (await caches.open(DRESS)).match(request);
  return kept || fetch(request);
}
