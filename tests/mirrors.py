"""Windows that stand open and show one page after the other, for axe and for whether it fits.

Half of what axe costs is to come into a document and to begin there: what a visitor sees is brought to it
instead. No script of the page's runs; whatever they made of it comes along, as markup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STANDS_AT = "/miroir"

SHOW = """async html => {
  const shown = new DOMParser().parseFromString(html, "text/html").documentElement;
  // A parser without scripts reads these; whoever has scripts does not, and one would lead away from here.
  for (const one of shown.querySelectorAll("noscript")) one.textContent = "";
  document.replaceChild(document.adoptNode(shown), document.documentElement);
  const styles = [...document.querySelectorAll("link[rel~=stylesheet]")].filter(one => !one.sheet);
  await Promise.all(styles.map(one => new Promise((come, fail) => {
    one.onload = come;
    one.onerror = () => fail(new Error(one.href + " did not come"));
  })));
  await document.fonts.ready;
  const root = document.documentElement;
  return {language: root.lang, styled: document.styleSheets.length > 0,
          fits: root.scrollWidth <= root.clientWidth};
}"""

TAKE = """() => {
  const taken = document.documentElement.cloneNode(true);
  const both = words => [document, taken].map(one => [...one.querySelectorAll(words)]);
  const [fields, copies] = both("input, option, textarea");
  fields.forEach((field, number) => {
    const copy = copies[number];
    if (field.localName === "option") copy.toggleAttribute("selected", field.selected);
    else if (field.localName === "textarea") copy.textContent = field.value;
    else if (["radio", "checkbox"].includes(field.type)) copy.toggleAttribute("checked", field.checked);
    else if (field.type !== "file") copy.setAttribute("value", field.value);
  });
  return taken.outerHTML;
}"""
"""A page as it stands, with what was ticked and typed, which is in no markup."""

SCRIPTED = "matchMedia('(scripting: enabled)').matches"

RULES = """async () => (await axe.run(document, {
  resultTypes: ["violations"],
  rules: {"color-contrast": {enabled: false}, "link-in-text-block": {enabled: false}},
})).violations"""
"""All but those of colours. What passed stays there: a page has some hundred lines of it."""

COLOURS = """async () => {
  const known = window.known ??= new Map(), fresh = [];
  const number = words => {
    const found = known.get(words);
    if (found) return [found, false];
    known.set(words, known.size + 1);
    return [known.size, true];
  };
  const walk = (element, above) => {
    const style = getComputedStyle(element);
    if (style.display === "none") return;
    const traits = [above, element.localName, element.getAttribute("class"), style.backgroundColor,
      style.backgroundImage, style.opacity, style.filter, style.position];
    const [here] = number(traits.join("|"));
    const says = element.matches("input, textarea, select") ||
      [...element.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.data.trim());
    const letters = [here, style.color, style.fontSize, style.fontWeight, style.textShadow,
      style.textDecorationLine, element.matches(":disabled")];
    if (says && number(letters.join("|"))[1]) fresh.push(element);
    for (const inside of element.children) walk(inside, here);
  };
  walk(document.body, 0);
  if (!fresh.length) return [];
  const only = {type: "rule", values: ["color-contrast", "link-in-text-block"]};
  const found = await axe.run({include: fresh}, {resultTypes: ["violations"], runOnly: only});
  return found.violations;
}"""
"""Those of colours, on what is written in a way that this window has not shown yet: whether letters stand out
hangs on what they are and on what is behind them, all of which is compared, not on what they say."""


class Mirror:
    """A window of one width in one light, at the site of whoever shows pages in it."""

    def __init__(self, browser: Browser, home: str, script: str, *, width: int, dark: bool) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 700 else 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            timezone_id="Europe/Paris",
        )
        self.context, self._page = context, context.new_page()
        empty = "<!doctype html><title></title>"
        self._page.route(
            home + STANDS_AT, lambda route: route.fulfill(body=empty, content_type="text/html"), times=1
        )
        self._page.goto(home + STANDS_AT)
        self._page.evaluate(script)

    def show(self, html: str) -> dict[str, Any]:
        """Shows a page: its `language`, whether it is `styled` and `fits` without scrolling sideways."""
        shown: dict[str, Any] = self._page.evaluate(SHOW, html)
        return shown

    def reflect(self, page: Page) -> dict[str, Any]:
        """Shows what somebody sees; what is there for whoever has no scripts as well, if they have none."""
        page.wait_for_load_state()  # a click comes back when the next page has begun
        html = page.evaluate(TAKE)
        return self.show(html if page.evaluate(SCRIPTED) else re.sub("</?noscript>", "", html))

    def rules(self) -> list[str]:
        """What breaks a rule of axe, whatever its colours."""
        return told(self._page.evaluate(RULES))

    def colours(self) -> list[str]:
        """What does not stand out or tells a link by its colour alone; a way of writing is looked at once."""
        return told(self._page.evaluate(COLOURS))


def told(violations: list[dict[str, Any]]) -> list[str]:
    """What axe found, for people."""
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html'][:160]}\n    "
        + node["failureSummary"].replace("\n", "\n    ")
        for rule in violations
        for node in rule["nodes"]
    ]
