"""A visitor without a mouse: Tab until something has the focus, Enter, and what is typed."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Locator, Page, expect

Pressed = Literal["button", "link"]

FURTHEST = 120
"""Tabs after which we say that a thing is out of reach: more than any page of ours has stops."""


def reach(page: Page, wanted: Locator, name: str) -> None:
    """Tabs until it has the focus. Each stop on the way, and it, is seen: inside the window, nothing in front
    of it, its mark around it; and comes after the one before as one reads."""
    expect(wanted).to_be_visible()
    # Looked up once: by role and name that takes longer than all the Tabs.
    one = wanted.element_handle()
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        is_there, wrong, where = page.evaluate(STOP, one)
        assert not wrong, f"on the way to {name!r}, {where} {wrong} on {page.url}"
        if is_there:
            return
    raise AssertionError(f"the keyboard does not reach {name!r} on {page.url}")


STOP = """wanted => {
  const at = document.activeElement;
  if (at === document.body) return [false, "", ""];
  const where = at.outerHTML.slice(0, 120), say = (wrong) => [at === wanted, wrong, where];
  // A link that breaks over two lines is where its first line is;
  // what is higher than the window, where it is seen.
  const box = at.getClientRects()[0];
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  if (top >= bottom || box.left < 0 || box.right > innerWidth) return say("is outside of the window");
  const found = document.elementFromPoint(box.left + box.width / 2, (top + bottom) / 2);
  if (!at.contains(found)) return say("is hidden by " + (found ? found.outerHTML.slice(0, 60) : "nothing"));
  const is_marked = (one) => getComputedStyle(one).outlineStyle !== "none";
  let around = at;  // a card is marked when its link has the focus
  while (around && !is_marked(around)) around = around.parentElement;
  if (!around) return say("has no mark");
  // As one reads: to the right, then lower down; or at the top of the column beside.
  // After the last stop of a page comes its first.
  const now = { top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right };
  const before = at.matches(".skip") ? null : document.stopBefore;
  document.stopBefore = now;
  const on_its_line = (one) => Math.abs(one.top + one.bottom - now.top - now.bottom) < now.bottom - now.top;
  const goes_back = before && (
    now.bottom <= before.top && now.left < before.right || on_its_line(before) && now.right <= before.left
  );
  return say(goes_back ? "stands before the stop before it" : "");
}"""


def press_to(page: Page, name: str, role: Pressed = "button", inside: Locator | None = None) -> None:
    """Tabs until the button or link of this name has the focus, then presses Enter.

    Several may have it (« Transmettre », beside each role): the first.
    """
    reach(page, (inside or page).get_by_role(role, name=name, exact=True).first, name)
    page.keyboard.press("Enter")


def press_in_menu(page: Page, name: str, role: Pressed = "link") -> None:
    """The same in the head of the page, where a menu is opened first if the name is inside: on a phone
    everything is, in a wide window what is seldom needed and one's own account."""
    head = page.get_by_role("banner")
    if not head.get_by_role(role, name=name, exact=True).is_visible():
        menu = head.locator("details:visible").filter(has_text=name)
        reach(page, menu.locator("summary"), "the menu")
        page.keyboard.press("Enter")
    press_to(page, name, role, inside=head)


def write_in(page: Page, label: str, text: str) -> None:
    """Tabs until the field of this label has the focus, then types over what stands in it."""
    reach(page, page.get_by_label(label, exact=True), label)
    page.keyboard.type(text)


def tick(page: Page, label: str) -> None:
    """Tabs to a box, then ticks it (or takes its tick away) by Space; the first of this label."""
    reach(page, page.get_by_role("checkbox", name=label).first, label)
    page.keyboard.press("Space")


def choose(page: Page, question: str, answer: str) -> None:
    """Tabs into a group of radio buttons (on the chosen one, or the first), then goes down to the answer by
    arrows; Space chooses the one where one already is."""
    group = page.get_by_role("group", name=question)
    wanted, chosen = group.get_by_role("radio", name=answer), group.locator("input:checked")
    reach(page, chosen if chosen.count() else group.get_by_role("radio").first, question)
    for _ in range(group.get_by_role("radio").count()):
        if wanted.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Space")
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()
