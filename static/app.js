/* Comfort only: every page works without this file. No dependency, no inline call (strict CSP).
   What is said to people is written by the templates, in data-… attributes, so that it is translated. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Short messages for screen readers go through the page's only live region.
  function say(text) {
    const region = one("#annonce");
    if (!region || !text) return;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 60);
  }

  // The summary of errors takes the focus, so that it is read first.
  const summary = one(".errsum");
  if (summary) summary.focus();

  // Menus made of <details>: Escape closes and gives the focus back, a click elsewhere closes.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.drop[open]");
    if (!menu) return;
    menu.open = false;
    one("summary", menu).focus();
  });
  document.addEventListener("click", (event) => {
    for (const menu of all("details.drop[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // Copy an address: the field stays selectable where the button is hidden.
  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
      one("[data-label]", button).textContent = button.dataset.done;
      say(button.dataset.done);
    });
  }

  // The phone's own sharing sheet, where there is one.
  if (navigator.share) {
    for (const button of all("[data-share]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(() => {});
      });
    }
  }

  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // Plus and minus beside a number.
  for (const group of all("[data-number]")) {
    const input = one("input", group);
    const least = Number(group.dataset.least), most = Number(group.dataset.most);
    for (const button of all("button", group)) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const next = (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step);
        input.value = Math.min(most, Math.max(least, next));
        say(input.value);
      });
    }
  }

  // A second press does not send a form twice. The server holds on its own: this only says that it is under way.
  for (const form of all("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      const button = event.submitter;
      if (!button) return;
      button.setAttribute("aria-disabled", "true");
      const label = one("[data-label]", button);
      if (label && form.dataset.once) { label.textContent = form.dataset.once; say(form.dataset.once); }
    });
  }
  // Work under way: the part that tells of it is read again, and the focus stays where it is.
  const live = one("[data-live]");
  if (live) {
    const read = async () => {
      const answer = await fetch(location.href).catch(() => null);
      if (!answer || !answer.ok) { setTimeout(read, 10000); return; }
      const next = one("[data-live]", new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (!next) { location.reload(); return; }
      const step = one("[data-say]", next).textContent;
      if (step !== one("[data-say]", live).textContent) say(step);
      live.replaceChildren(...next.childNodes);
      setTimeout(read, Number(live.dataset.live) * 1000);
    };
    setTimeout(read, Number(live.dataset.live) * 1000);
  }

  // Back from the next page, the browser may show this one as it was left.
  addEventListener("pageshow", (event) => { if (event.persisted && one("form[data-sent]")) location.reload(); });
})();
