// Keeps the app's shell, so that it opens without a network. What is served puts `version` and `shell` in front (src/web/phone-app/). Nothing of
// the account is ever kept here: calls of the device API pass by untouched.
const cacheName = `senid-app-${version}`;
const page = '/app';
/** A slow network keeps nobody waiting for a page that is here already. */
const patienceMs = 3000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll([page, ...shell]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name.startsWith('senid-app-') && name !== cacheName).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

/** The page as it is now, in the language that was chosen last; without an answer in time, the one that was kept. */
async function openPage(request) {
  const cache = await caches.open(cacheName);
  const fresh = fetch(request).then(async (response) => {
    if (response.ok && !response.redirected) await cache.put(page, response.clone());
    return response;
  });
  const late = new Promise((resolve) => setTimeout(resolve, patienceMs));
  const answer = await Promise.race([fresh.catch(() => undefined), late]);
  return answer ?? (await cache.match(page)) ?? fresh;
}

/** Assets have their content in their address: what was used once is here the next time. */
async function openAsset(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok && new URL(request.url).pathname.startsWith(`/assets/${version}/`)) await cache.put(request, answer.clone());
  return answer;
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate' && url.pathname === page) event.respondWith(openPage(request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(openAsset(request));
});
