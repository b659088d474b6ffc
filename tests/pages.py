"""A test client that inspects every page it opens, and pages that can be read and filled in.

`client.get("/paris-19/").page` is a `Page`: what it says, its links, its forms. A page with a fault
(two h1, a label bound to nothing, a form without CSRF token, an inline style…) fails the test that
opened it, whatever the test was about.
"""

from __future__ import annotations

import contextvars
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from typing import Any

import flask
from flask import Response
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
AS_IT_IS = frozenset({"script", "style"})
"""What is in them is no HTML."""
NOT_READ = frozenset({"script", "style", "template", "noscript", "datalist"})
BLOCKS = frozenset(
    "address article aside blockquote br button dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr label legend li main nav ol option p section select summary table td th tr "
    "ul".split()
)


@dataclass(eq=False)
class Element:
    """One element of a page, with its attributes and what it holds, in order."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)
    every: list[Element] = field(default_factory=list, repr=False)
    """All of the page, in order: what is inside stands there from `first` to `last`."""
    first: int = 0
    last: int = 0

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def has(self, name: str) -> bool:
        return name in self.attributes

    @cached_property
    def elements(self) -> list[Element]:
        """Every element inside, depth first."""
        return self.every[self.first : self.last]

    @cached_property
    def _by_tag(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for element in self.elements:
            found.setdefault(element.tag, []).append(element)
        return found

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """The elements inside with one of these tags and all of these attributes (data_x is data-x)."""
        wanted = [(name.rstrip("_").replace("_", "-"), value) for name, value in attributes.items()]
        if len(tags) == 1:
            found = self._by_tag.get(tags[0], [])
        else:
            found = [element for element in self.elements if not tags or element.tag in tags]
        return [element for element in found if all(element._has(*pair) for pair in wanted)]

    def _has(self, name: str, value: str) -> bool:
        return value in self.get("class").split() if name == "class" else self.attributes.get(name) == value

    def one(self, *tags: str, **attributes: str) -> Element:
        """The only such element; AssertionError when there is none or more than one."""
        found = self.all(*tags, **attributes)
        assert len(found) == 1, f"{len(found)} elements {tags or ''} {attributes or ''}, not one"
        return found[0]

    @property
    def ancestors(self) -> Iterator[Element]:
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    @property
    def raw(self) -> str:
        """Everything written inside, as it is."""
        return "".join(child if isinstance(child, str) else child.raw for child in self.children)

    @cached_property
    def text(self) -> str:
        """What a person reads: words joined by single spaces, blocks apart."""
        return " ".join("".join(self._said()).split())

    def _said(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in NOT_READ:
                apart = " " if child.tag in BLOCKS else ""
                yield apart
                yield from child._said()
                yield apart


MARK = re.compile(
    r"""<(?:!--.*?--|!(?P<doctype>[^>]*)|/(?P<end>[a-zA-Z][^\s/>]*)[^>]*"""
    r"""|(?P<start>[a-zA-Z][^\s/>]*)(?P<attributes>(?:[^>"']|"[^"]*"|'[^']*')*))>""",
    re.DOTALL,
)
ATTRIBUTE = re.compile(r"""([^\s=/>"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")


def _read(html: str) -> tuple[str, Element]:
    """The doctype, and what holds everything, as it is written: nothing is put right.

    The standard library's parser takes twice as long, and a run of all tests reads some 13,000 pages.
    """
    every: list[Element] = []
    root = here = Element("", {}, every=every)
    doctype, position = "", 0
    while mark := MARK.search(html, position):
        if mark.start() > position:
            here.children.append(unescape(html[position : mark.start()]))
        position = mark.end()
        if mark["start"]:
            attributes = {
                name.lower(): unescape(double or single or bare)
                for name, double, single, bare in ATTRIBUTE.findall(mark["attributes"])
            }
            element = Element(mark["start"].lower(), attributes, here, every=every)
            here.children.append(element)
            every.append(element)
            element.first = element.last = len(every)
            if element.tag in AS_IT_IS:
                position = _raw(element, html, position)
            if element.tag not in VOID and not mark["attributes"].endswith("/"):
                here = element
        elif mark["end"]:
            here = _closed(here, mark["end"].lower())
        elif mark["doctype"]:
            doctype = mark["doctype"].lower()
    if position < len(html):
        here.children.append(unescape(html[position:]))
    for element in (here, *here.ancestors):  # left open
        element.last = len(every)
    return doctype, root


def _raw(element: Element, html: str, position: int) -> int:
    """Puts into a script what stands there as it is; where it ends."""
    end = html.find(f"</{element.tag}", position)
    end = end if end >= 0 else len(html)
    if end > position:
        element.children.append(html[position:end])
    return end


def _closed(here: Element, tag: str) -> Element:
    """What is open after the end of `tag`, which ends all that is open inside; a stray end ends nothing."""
    inside = [here]
    while inside[-1].tag != tag:
        if inside[-1].parent is None:
            return here
        inside.append(inside[-1].parent)
    for element in inside:
        element.last = len(element.every)
    assert inside[-1].parent is not None
    return inside[-1].parent


class Form:
    """A form as a browser would send it: `form["first_name"] = "Awa"`, then `client.submit(form)`."""

    def __init__(self, element: Element, address: str) -> None:
        self.element = element
        self.action = element.get("action") or address
        self.method = (element.get("method") or "get").upper()
        self.values: dict[str, list[str]] = {}
        self.names: set[str] = set()
        for control in element.all("input", "select", "textarea"):
            self._read(control)

    def _read(self, control: Element) -> None:
        name, kind = control.get("name"), control.get("type", "text")
        if not name or control.has("disabled") or kind in {"submit", "button", "image", "reset"}:
            return
        self.names.add(name)
        if control.tag == "select":
            options = control.all("option")
            chosen = [option for option in options if option.has("selected")] or options[:1]
            value = chosen[0].get("value", chosen[0].text) if chosen else ""
        elif control.tag == "textarea":
            value = control.raw.removeprefix("\n")
        elif kind in {"checkbox", "radio"} and not control.has("checked"):
            return
        else:
            value = control.get("value", "on" if kind in {"checkbox", "radio"} else "")
        self.values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        return self.values[name][0]

    def __setitem__(self, name: str, value: str | int | list[str] | None) -> None:
        """Fills in a field; None leaves it out (an unticked box). KeyError when there is no such field."""
        if name not in self.names:
            raise KeyError(f"the form has {sorted(self.names)}, not {name!r}")
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value if isinstance(value, list) else [str(value)]

    @property
    def buttons(self) -> list[Element]:
        buttons = [b for b in self.element.all("button") if b.get("type", "submit") == "submit"]
        return buttons + self.element.all("input", type="submit")


class Page:
    """A page as a person meets it."""

    def __init__(self, html: str, address: str = "", status: int = 200) -> None:
        self.html, self.address, self.status = html, address, status
        self.doctype, self.root = _read(html)

    @property
    def elements(self) -> list[Element]:
        return self.root.elements

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        return self.root.all(*tags, **attributes)

    def one(self, *tags: str, **attributes: str) -> Element:
        return self.root.one(*tags, **attributes)

    @property
    def title(self) -> str:
        return self.one("title").text

    @property
    def heading(self) -> str:
        return self.one("h1").text

    @property
    def lang(self) -> str:
        return self.one("html").get("lang")

    @property
    def main(self) -> Element:
        return self.one("main")

    @cached_property
    def text(self) -> str:
        """What the whole page says."""
        return self.root.all("body")[0].text if self.root.all("body") else self.root.text

    def link(self, words: str) -> str:
        """The address behind the only link with these words (its text, or its aria-label)."""
        found = {a["href"] for a in self.all("a") if a.has("href") and words in (a.text, a.get("aria-label"))}
        assert len(found) == 1, f"{len(found)} links say {words!r}: {sorted({a.text for a in self.all('a')})}"
        return found.pop()

    def form(self, action: str | None = None, *, button: str | None = None) -> Form:
        """The only form in main that posts, or the one with this action or this button."""
        forms = [Form(element, self.address) for element in self.main.all("form")]
        if action is None and button is None:
            forms = [form for form in forms if form.method == "POST"]
        if action is not None:
            forms = [form for form in forms if form.action == action]
        if button is not None:
            forms = [form for form in forms if button in [b.text or b.get("value") for b in form.buttons]]
        assert len(forms) == 1, f"{len(forms)} such forms at {self.address}"
        return forms[0]

    @property
    def mistakes(self) -> dict[str, str]:
        """What stands beside each field that was refused: field name → sentence."""
        refused = {
            control["name"]: control
            for control in self.all("input", "select", "textarea")
            if control.get("aria-invalid") == "true"
        }
        # ARIA lets no radio be invalid: their group says what is wrong.
        refused |= {
            group.all("input")[0]["name"]: group
            for group in self.all("fieldset", class_="field--err")
            if group.has("aria-describedby")
        }
        return {
            name: " ".join(self.one(id=one).text for one in said.get("aria-describedby").split())
            for name, said in refused.items()
        }


class PageResponse(TestResponse, Response):  # type: ignore[misc]  # as Werkzeug itself makes it
    """A response that is a page, if it is one."""

    @cached_property
    def page(self) -> Page:
        assert self.mimetype == "text/html", f"{self.request.path} answered {self.status} {self.mimetype}"
        return Page(self.get_data(as_text=True), self.request.full_path.rstrip("?"), self.status_code)


class PageClient(FlaskClient):
    """Opens pages like a browser: in a context of its own for each request, following forms.

    An application context open around the test (`db_session`) would otherwise be shared with the
    request, with its session and its `g`, which never happens on a server.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.response_wrapper = PageResponse

    def open(self, *args: Any, **kwargs: Any) -> PageResponse:
        from tests.inspection import faults  # the inspection reads pages: it is upstairs

        response = contextvars.Context().run(super().open, *args, **kwargs)
        assert isinstance(response, PageResponse)
        found = faults(response)
        assert not found, f"{response.request.method} {response.request.path}:\n- " + "\n- ".join(found)
        return response

    def csrf_token(self) -> str:
        """The token any form shown to this visitor would hold: to post without opening a page first."""
        with self.session_transaction() as session:
            secret = session.setdefault("csrf_token", secrets.token_hex(20))

        def signed() -> str:
            with self.application.test_request_context():
                flask.session["csrf_token"] = secret
                return generate_csrf()

        return contextvars.Context().run(signed)

    def submit(
        self, form: Form, values: Mapping[str, str | int | list[str] | None] | None = None, **kwargs: Any
    ) -> PageResponse:
        """Fills in and sends a form, CSRF token and hidden fields included; does not follow the answer."""
        for name, value in (values or {}).items():
            form[name] = value
        if form.method == "GET":
            return self.get(form.action, query_string=form.values, **kwargs)  # type: ignore[return-value]  # ours
        return self.post(form.action, data=form.values, **kwargs)  # type: ignore[return-value]  # ours
