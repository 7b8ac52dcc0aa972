// The service worker: the phone pages open without a network, with what they last knew.
//
// self.SHELL = {version, files, static, pages, notice} is set by /sw.js before this is loaded. Files of the shell are
// kept by their hashed names. Pages are asked for first and taken from memory only when nobody answers; they belong
// to one person: a page of another person, or a logout, clears them.
/* global SHELL */

const FILES = `jishi-files-${SHELL.version}`;
const PAGES = "jishi-pages";
const PATIENCE = 6000; // ms until what is remembered is better than waiting
const FRESH = 6 * 3600 * 1000;
const LIFE = 4 * 24 * 3600 * 1000;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;

const install = async () => {
  const files = await caches.open(FILES);
  await files.addAll(SHELL.files);
  // Without the login cookie, so that the notice names nobody.
  await files.put(SHELL.notice, await fetch(SHELL.notice, { credentials: "omit" }));
  await self.skipWaiting();
};

const activate = async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith("jishi-files-") && name !== FILES) await caches.delete(name);
  }
  await self.clients.claim();
  // Pages kept by the worker before name files that went with it.
  if ((await (await caches.open(PAGES)).keys()).length) await keepAll("", 0).catch(() => {});
};

const personOf = (text) => text.match(/<body[^>]*\sdata-person="(\d+)"/)?.[1] ?? "";

const keepPage = async (path, answer) => {
  if (!answer.ok || answer.redirected || !answer.headers.get("Content-Type")?.startsWith("text/html")) return;
  const text = await answer.text();
  const person = personOf(text);
  if (!person) return;
  const pages = await caches.open(PAGES);
  await forgetOthers(pages, person);
  const headers = new Headers(answer.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  headers.set("X-Kept-At", new Date().toISOString());
  headers.set("X-Kept-For", person);
  await pages.put(path, new Response(text, { status: 200, headers }));
};

const forgetOthers = async (pages, person) => {
  for (const request of await pages.keys()) {
    const held = await pages.match(request);
    if (held.headers.get("X-Kept-For") !== person) await pages.delete(request);
  }
};

const ageOf = (held) => (held ? Date.now() - Date.parse(held.headers.get("X-Kept-At")) : Infinity);

/** Fetches the pages that are missing or older than `fresh` ms. */
const keepAll = async (person, fresh) => {
  const pages = await caches.open(PAGES);
  if (person) await forgetOthers(pages, person);
  for (const path of SHELL.pages) {
    if (ageOf(await pages.match(path)) > fresh) await keepPage(path, await fetch(path, { headers: { Accept: "text/html" } }));
  }
};

const remembered = async (path) => {
  const held = await (await caches.open(PAGES)).match(path);
  if (ageOf(held) > LIFE) return null;
  const at = held.headers.get("X-Kept-At");
  const text = (await held.text()).replace("<body ", `<body data-offline-at="${at}" `);
  return new Response(text, { status: 200, headers: held.headers });
};

const late = () => new Promise((done) => setTimeout(done, PATIENCE, null));

const page = async (event, path) => {
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => keepPage(path, answer.clone())).catch(() => {}));
  const held = () => remembered(path);
  try {
    const answer = await Promise.race([asked, held().then((known) => (known ? late() : asked))]);
    return answer ?? (await held()) ?? asked;
  } catch {
    return (await held()) ?? caches.match(SHELL.notice);
  }
};

const elsewhere = async (request) => {
  try {
    return await fetch(request);
  } catch {
    return caches.match(SHELL.notice);
  }
};

// A hashed name never changes its content; a plain one is asked for again while there is a network.
const file = async (request) => {
  const files = await caches.open(FILES);
  const held = await files.match(request, { ignoreSearch: true });
  if (held && HASHED.test(new URL(request.url).pathname)) return held;
  try {
    return await fetch(request);
  } catch (error) {
    if (held) return held;
    throw error;
  }
};

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("message", (event) => {
  if (event.data.keep) event.waitUntil(keepAll(event.data.person, FRESH).catch(() => {}));
  if (event.data.forget) event.waitUntil(caches.delete(PAGES));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    const known = SHELL.pages.includes(address.pathname);
    event.respondWith(known ? page(event, address.pathname) : elsewhere(request));
  } else if (address.pathname.startsWith(SHELL.static)) {
    event.respondWith(file(request));
  }
});
