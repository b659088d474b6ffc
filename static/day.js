/* The page of a day's helper, without a network too: each gesture is kept on the phone with a nonce and its hour, then shown,
   and sent when it can be; the server counts a nonce once, however often it is sent. Without this file every button is a form.
   What is said to people is written by the templates, in data-… attributes. How long anything stays: docs/privacy.md. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = one("[data-day]");
  if (!root || !navigator.serviceWorker || !window.indexedDB) return;

  const LONGEST = 86400000, DRESS = "jour-habits", AT_ONCE = 50, AGAIN = 15000, LOOK = 60000;
  const path = location.pathname;
  // The same name as in static/day-worker.js: letters of the link, which the history of this browser holds anyway.
  const name = `jour-${path.split("/")[2].toLowerCase().slice(0, 40)}`;
  const counters = all("form[data-counter]"), families = all("form[data-family]");
  const net = one("[data-net]");

  const queue = new Map();
  let base, db, until, sentAt, failed = false, sending = false, refused = false, without = false, sent = false, said = "", last = 0;

  // ---- what is kept on the phone

  async function bucket() {
    if (!navigator.storageBuckets) return null;
    const expires = Date.now() + Math.min(LONGEST, Number(root.dataset.left));
    return navigator.storageBuckets.open(name, { durability: "strict", expires });
  }

  function opened(place) {
    return new Promise((done, failed) => {
      const asked = place.open(name, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("gestures", { keyPath: "nonce" });
        asked.result.createObjectStore("state", { keyPath: "id" });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = asked.onblocked = () => failed(asked.error);
    });
  }

  // Written through to the disk: a phone whose battery dies loses nothing.
  function write(deed) {
    return new Promise((done, failed) => {
      const work = db.transaction(["gestures", "state"], "readwrite", { durability: "strict" });
      deed(work.objectStore("gestures"), work.objectStore("state"));
      work.oncomplete = () => done();
      work.onerror = work.onabort = () => failed(work.error);
    });
  }

  function read(store) {
    return new Promise((done, failed) => {
      const asked = db.transaction(store).objectStore(store).getAll();
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  }

  async function forget() {
    if (db) db.close();
    if (navigator.storageBuckets) await navigator.storageBuckets.delete(name).catch(() => {});
    await caches.delete(name);
    indexedDB.deleteDatabase(name);
  }

  // The day is over, or the link was taken back: nothing stays here, and the server says so.
  async function over() {
    await forget();
    location.reload();
  }

  // ---- what the page shows

  function written() {
    const counts = {}, arrived = {};
    for (const form of counters) counts[form.dataset.counter] = Number(one("[data-count]", form).textContent);
    for (const form of families) if (form.dataset.arrived) arrived[form.dataset.family] = Number(form.dataset.arrived);
    return { revision: Number(root.dataset.revision), counts, arrived };
  }

  function present() {
    const counts = { ...base.counts }, arrived = { ...base.arrived };
    for (const gesture of [...queue.values()].sort((a, b) => a.at - b.at)) {
      if (gesture.what === "compte") counts[gesture.counter] = Math.max(0, (counts[gesture.counter] || 0) + gesture.step);
      else if (gesture.what === "arrivee") arrived[gesture.code] ??= gesture.at;
      else delete arrived[gesture.code];
    }
    return { counts, arrived };
  }

  function hour(at) {
    const language = document.documentElement.lang;
    const text = new Date(at).toLocaleTimeString(language, { hour: "numeric", minute: "2-digit", timeZone: "Europe/Paris" });
    return language === "fr" ? text.replace(/^0(?=\d)/, "").replace(":", "\u00a0h\u00a0") : text;
  }

  function show() {
    const { counts, arrived } = present();
    for (const form of counters) one("[data-count]", form).textContent = counts[form.dataset.counter];
    let there = 0;
    for (const form of families) {
      const at = arrived[form.dataset.family];
      if (at) there += 1;
      one("[data-arrive]", form).hidden = Boolean(at);
      one("[data-there]", form).hidden = one("[data-undo]", form).hidden = !at;
      one("[data-at]", form).textContent = at ? hour(at) : "";
      form.closest("li").classList.toggle("there", Boolean(at));
    }
    const people = Object.entries(counts).reduce((sum, [counter, many]) => (counter === "familles" ? sum : sum + many), 0);
    const sums = { arrived: there, people, families: counts.familles };
    for (const place of all("[data-sum]")) place.textContent = sums[place.dataset.sum];
    tell();
  }

  function tell() {
    const words = net.dataset;
    root.dataset.waiting = queue.size;
    let text = sentAt ? words.sent.replace("{hour}", hour(sentAt)) : "";
    if (said) text = said;
    else if (refused) text = words.refused;
    if (queue.size && failed) text = [queue.size === 1 ? words.waitingOne : words.waiting.replace("{n}", queue.size), said ? text : ""].filter(Boolean).join(". ");
    if (net.textContent !== text) net.textContent = text;
  }

  // ---- gestures

  // Shown once it is on the disk and not before: who reads a number may count on it, even if the phone dies now.
  async function make(gesture) {
    last = Math.max(Date.now(), last + 1);
    const whole = { nonce: crypto.randomUUID(), at: last, ...gesture };
    try {
      await write((gestures) => gestures.put(whole));
    } catch {
      said = net.dataset.full;
      show();
      return;
    }
    queue.set(whole.nonce, whole);
    show();
    send();
  }

  // What is pressed before the page has read what it keeps waits for that; where nothing can be kept, the form is sent.
  async function press(form, button, gesture) {
    try {
      await ready;
    } catch {
      if (!sent) form.requestSubmit(button);
      sent = true;
      return;
    }
    await make(gesture);
    if ("slip" in form.dataset) return found(form, gesture.code);
    // The button that was pressed goes: the one in its place takes the focus, unless one has gone on meanwhile.
    const still = [button, document.body].includes(document.activeElement);
    if (form.dataset.family && still) (one("button:not([hidden])", form) || button).focus();
  }

  async function send() {
    if (sending) return;
    sending = true;
    try {
      do { await sendSome(); } while (queue.size && !failed);
    } finally {
      sending = false;
      show();
    }
  }

  async function sendSome() {
    const marks = [...queue.values()].sort((a, b) => a.at - b.at).slice(0, AT_ONCE);
    const body = new URLSearchParams({ marks: JSON.stringify({ sent: Date.now(), marks }) });
    let answer, told;
    try {
      answer = await fetch(root.dataset.send, { method: "POST", body, credentials: "omit", cache: "no-store" });
      told = answer.status === 410 ? null : await answer.json();
    } catch {
      failed = true;  // no network, or a page of an error in place of an answer: later
      return;
    }
    if (answer.status === 410) return over();
    failed = !answer.ok;
    said = answer.ok ? "" : told.sentence || "";
    if (!answer.ok) return;
    if (told.state.revision >= base.revision) base = told.state;
    sentAt = Date.now();
    if (told.refused.length) refused = true;
    const gone = [...told.kept, ...told.refused];
    for (const nonce of gone) queue.delete(nonce);
    await write((gestures, state) => {
      for (const nonce of gone) gestures.delete(nonce);
      state.put({ id: "state", base, sentAt, until });
    });
  }

  function gestureOf(form, button) {
    if (form.dataset.counter && button) return { what: "compte", counter: form.dataset.counter, step: Number(button.value) };
    if (form.dataset.family && button) return { what: button.matches("[data-undo]") ? "annulation" : "arrivee", code: form.dataset.family };
    // The code of a slip: of a family on this page it is a gesture like the others; of another the server knows more.
    const code = "slip" in form.dataset && one("input[name=code]", form).value.toLowerCase().replace(/[\s.-]/g, "").replace(/^ea1:/, "");
    return families.some((family) => family.dataset.family === code) ? { what: "arrivee", code } : null;
  }

  function listen() {
    document.addEventListener("submit", (event) => {
      const form = event.target, gesture = without ? null : gestureOf(form, event.submitter);
      if (!gesture) return;
      event.preventDefault();
      press(form, event.submitter, gesture);
    });
  }

  function follow() {
    addEventListener("online", send);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
    setInterval(() => { if (queue.size && failed) send(); }, AGAIN);
    setInterval(() => { if (!document.hidden) look(); }, LOOK);
  }

  // Whose slip it was.
  function found(form, code) {
    one("input[name=code]", form).value = "";
    const family = families.find((one) => one.dataset.family === code), line = family.closest("li");
    line.hidden = false;
    line.scrollIntoView({ block: "center" });
    one("button:not([hidden])", family)?.focus();
  }

  // What other phones have counted meanwhile, and whether the day is over.
  function look() {
    if (Date.now() > until) over();
    else send();
  }

  function search() {
    const box = one("[data-search]");
    if (!box || families.length < 8) return;
    box.hidden = false;
    const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    one("input", box).addEventListener("input", (event) => {
      const wanted = plain(event.target.value.trim());
      for (const form of families) {
        const line = form.closest("li");
        line.hidden = !plain(one("strong", line).textContent).includes(wanted);
      }
    });
  }

  // ---- the page itself, for when there is no network

  async function keepPage(home) {
    await navigator.serviceWorker.register(root.dataset.worker, { scope: "/jour/" });
    await navigator.serviceWorker.ready;
    await document.fonts.ready;
    const drawn = all("link[href], script[src], img[src], use").map((part) => part.href?.baseVal ?? (part.href || part.src));
    const loaded = performance.getEntriesByType("resource").map((part) => part.name);
    const wanted = new Set([...drawn, ...loaded].map((address) => new URL(address.split("#")[0], location).href)
      .filter((address) => address.startsWith(`${location.origin}/static/`)));
    const dress = await caches.open(DRESS);
    for (const kept of await dress.keys()) if (!wanted.has(kept.url)) await dress.delete(kept);  // of an earlier version
    await Promise.all([...wanted].map(async (address) => (await dress.match(address)) || dress.add(address)));
    const answer = await fetch(path, { cache: "no-store" });
    if (answer.status !== 200) return;
    const headers = new Headers(answer.headers);
    headers.set("X-Kept-At", Date.now());
    const shelf = await (home ? home.caches.open("page") : caches.open(name));
    await shelf.put(path, new Response(await answer.blob(), { headers }));
    one("[data-ready]").hidden = false;
    root.dataset.kept = "yes";
  }

  async function start() {
    const home = await bucket();
    db = await opened(home ? home.indexedDB : indexedDB);
    db.onversionchange = () => db.close();
    const [kept] = await read("state");
    for (const gesture of await read("gestures")) queue.set(gesture.nonce, gesture);
    last = Math.max(last, ...[...queue.values()].map((gesture) => gesture.at));
    base = written();
    if (kept && kept.base.revision > base.revision) base = kept.base;
    sentAt = kept?.sentAt;
    // The server says how long the day still is: a phone's own clock may be wrong, and a page that was kept says what was true then.
    until = Math.min(kept ? kept.until : Infinity, Date.now() + Math.min(LONGEST, Number(root.dataset.left)));
    if (Date.now() > until) await over().then(() => new Promise(() => {}));  // nothing more begins here
    if (home) await home.setExpires(until);
    await write((_, state) => state.put({ id: "state", base, sentAt, until }));
    failed = !navigator.onLine;
    show();
    return home;
  }

  async function go() {
    const home = await ready;
    follow();
    search();
    root.dataset.started = "yes";
    if (navigator.onLine || queue.size) send();
    await keepPage(home);
  }

  const ready = start();
  ready.catch(() => { without = true; });  // no room on this phone, or none allowed: the forms do
  listen();
  go().catch(() => {});
})();
