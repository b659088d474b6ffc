"""A visitor without a mouse: Tab until something has the focus, Enter, and what is typed."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Locator, Page, expect

Pressed = Literal["button", "link"]

FURTHEST = 120
"""Tabs after which we say that a thing is out of reach: more than any page of ours has stops."""


def reach(page: Page, wanted: Locator, name: str) -> None:
    """Tabs until it has the focus; it is then inside the window, and nothing lies in front of it."""
    expect(wanted).to_be_visible()
    # Looked up once: by role and name that takes longer than all the Tabs.
    one = wanted.element_handle()
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        if one.evaluate("one => one === document.activeElement"):
            assert one.evaluate(IN_FRONT), f"one does not see {name!r} while it has the focus on {page.url}"
            return
    raise AssertionError(f"the keyboard does not reach {name!r} on {page.url}")


IN_FRONT = """one => {
  // Out of the window nothing is found. A link that breaks over two lines is where its first line is.
  const box = one.getClientRects()[0];
  const found = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return one.contains(found);
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
    """Tabs until the field of this label has the focus, then types."""
    reach(page, page.get_by_label(label, exact=True), label)
    page.keyboard.type(text)
