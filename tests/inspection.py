"""What no page of ours may do: one function a rule, each giving sentences that say what is wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib

from eventsapp.languages import LANGUAGES
from tests.pages import Element, Page, PageResponse

CATALOGUE = Path(__file__).parents[1] / "eventsapp/translations/en/LC_MESSAGES/messages.po"
LEFTOVERS = re.compile(r"%\(\w+\)[sd]|\{\{|\}\}|\{%|%\}|<(?:class|function|bound method)\b|\bundefined\b")
WORD = re.compile(r"\w+")
REFERENCES = frozenset(
    "aria-describedby aria-labelledby aria-controls aria-errormessage aria-owns form list".split()
)


def faults(response: PageResponse) -> list[str]:
    """Everything wrong with an answer; nothing for what is neither a page nor a redirect."""
    found = list(of_redirects(response))
    if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 307, 308}:
        found += of_headers(response)
        found += of_page(response.page)
    return found


def of_redirects(response: PageResponse) -> Iterator[str]:
    if response.request.method == "POST" and response.status_code in {301, 302}:
        yield f"a POST is followed by {response.status_code}, not 303"


def of_headers(response: PageResponse) -> Iterator[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    if not policy or "unsafe" in policy:
        yield f"its Content-Security-Policy is not strict: {policy!r}"
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        yield "it lets browsers guess its type (X-Content-Type-Options)"


def of_page(page: Page) -> list[str]:
    rules = (frame, headings, identities, controls, images, forms, scripts, outside, linked_data, words)
    return [fault for rule in rules for fault in rule(page)]


def frame(page: Page) -> Iterator[str]:
    if page.doctype != "doctype html":
        yield "it has no doctype"
    for tag in ("html", "head", "body", "title", "main"):
        if len(page.all(tag)) != 1:
            yield f"{len(page.all(tag))} <{tag}>"
    if not any(page.all("title")) or not page.all("title")[0].text:
        yield "its title is empty"
    language = page.all("html")[0].get("lang") if page.all("html") else ""
    if language not in {language.code for language in LANGUAGES}:
        yield f"its lang is {language!r}"
    if not page.all("meta", name="viewport"):
        yield "it does not fit a phone (no viewport)"


def headings(page: Page) -> Iterator[str]:
    if len(page.all("h1")) != 1 or not page.all("h1")[0].text:
        yield f"{len(page.all('h1'))} <h1> with text {[h.text for h in page.all('h1')]}"
    previous = 0
    for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(heading.tag[1])
        if previous and level > previous + 1:
            yield f"<{heading.tag}> {heading.text!r} comes after <h{previous}>"
        previous = level


def identities(page: Page) -> Iterator[str]:
    names = Counter(element["id"] for element in page.elements if element.has("id"))
    for name, count in names.items():
        if count > 1 or not name or " " in name:
            yield f"id {name!r} stands {count} times"
    for element in page.elements:
        for attribute in REFERENCES & element.attributes.keys():
            for name in element[attribute].split():
                if name not in names:
                    yield f"{attribute}={name!r} of <{element.tag}> leads nowhere"
        if element.tag == "a" and element.get("href").startswith("#"):
            name = element["href"][1:]
            if name and name not in names:
                yield f"the link #{name} leads nowhere"


def controls(page: Page) -> Iterator[str]:
    fields = [
        element
        for element in page.all("input", "select", "textarea")
        if element.get("type") not in {"hidden", "submit", "button", "image", "reset"}
    ]
    bound = {label["for"] for label in page.all("label") if label.has("for") and label.text}
    named = {control.get("id") for control in fields}
    for name in {label["for"] for label in page.all("label") if label.has("for")}:
        if name not in named:
            yield f"the label for {name!r} is bound to nothing"
    for control in fields:
        wrapped = any(above.tag == "label" and above.text for above in control.ancestors)
        spoken = control.get("aria-label") or control.get("aria-labelledby")
        if not (wrapped or spoken or control.get("id") in bound):
            yield f"<{control.tag} name={control.get('name')!r}> has no label"
    for button in page.all("button", "a"):
        if not _named(button):
            yield f"a <{button.tag}> says nothing ({button.attributes})"


def _named(element: Element) -> bool:
    return bool(
        element.text
        or element.get("aria-label")
        or element.get("aria-labelledby")
        or any(image.get("alt") for image in element.all("img"))
        or any(drawing.get("aria-label") or drawing.all("title") for drawing in element.all("svg"))
    )


def images(page: Page) -> Iterator[str]:
    for image in page.all("img"):
        if not image.has("alt"):
            yield f"the image {image.get('src')!r} has no alt"
    for drawing in page.all("svg"):
        inside = any(above.tag == "svg" or above.get("aria-hidden") == "true" for above in drawing.ancestors)
        if not (inside or drawing.get("aria-hidden") == "true" or drawing.get("role") in {"img", "group"}):
            yield "a drawing is neither hidden from screen readers nor named"


def forms(page: Page) -> Iterator[str]:
    for form in page.all("form"):
        if any(above.tag == "form" for above in form.ancestors):
            yield "a form stands inside a form"
        method = form.get("method", "get").lower()
        tokens = [field for field in form.all("input", name="csrf_token") if field.get("value")]
        if method == "post" and len(tokens) != 1:
            yield f"the form to {form.get('action')!r} has {len(tokens)} CSRF tokens"
        if method == "get" and tokens:
            yield f"the form to {form.get('action')!r} puts its CSRF token into the address"


def scripts(page: Page) -> Iterator[str]:
    for element in page.elements:
        if element.tag == "style" or element.has("style"):
            yield f"<{element.tag}> has an inline style"
        data = element.get("type") == "application/ld+json"
        if element.tag == "script" and not element.has("src") and not data:
            yield "an inline script"
        for name, value in element.attributes.items():
            if name.startswith("on"):
                yield f"<{element.tag}> has an inline script ({name})"
            if name in {"href", "action", "src"} and value.lower().startswith(("javascript:", "data:text")):
                yield f"<{element.tag}> has a script in its {name}"


def outside(page: Page) -> Iterator[str]:
    """A page of ours loads nothing from elsewhere."""
    for element in page.elements:
        loads = {"src", "srcset", "poster", "data"} | ({"href"} if element.tag in {"use", "image"} else set())
        if element.tag == "link" and set(element.get("rel").split()) & {
            "stylesheet",
            "icon",
            "preload",
            "manifest",
        }:
            loads.add("href")
        for name in loads & set(element.attributes):
            if re.match(r"(?:[a-z]+:)?//", element[name]):
                yield f"<{element.tag}> loads {element[name]}"


def linked_data(page: Page) -> Iterator[str]:
    for script in page.all("script", type="application/ld+json"):
        try:
            json.loads(script.raw)
        except ValueError as error:
            yield f"its JSON-LD cannot be read: {error}"


def words(page: Page) -> Iterator[str]:
    """Nothing of the machine shows, and an English page holds no French sentence of ours."""
    for leftover in set(LEFTOVERS.findall(page.text)):
        yield f"it shows {leftover!r} to people"
    if page.all("html") and page.all("html")[0].get("lang") == "en":
        said = _text_outside_french(page)
        sentences = french_sentences()
        for first in sentences.keys() & set(WORD.findall(said)):
            for sentence in sentences[first]:
                if sentence in said:
                    yield f"the English page says {sentence!r}"


def _text_outside_french(page: Page) -> str:
    def said(element: Element) -> Iterator[str]:
        for child in element.children:
            if isinstance(child, str):
                yield child
            elif child.get("lang", "en") == "en" and child.tag not in {"script", "style"}:
                yield from said(child)
                yield " "

    return " ".join("".join(said(page.root)).split())


@cache
def french_sentences() -> dict[str, list[str]]:
    """Our msgids that are long enough to be nobody's name, and differ in English; by their first word."""
    found: dict[str, list[str]] = {}
    for entry in polib.pofile(str(CATALOGUE)) if CATALOGUE.exists() else ():
        if _telling(entry):
            sentence = " ".join(entry.msgid.split())
            found.setdefault(WORD.findall(sentence)[0], []).append(sentence)
    return found


def _telling(entry: polib.POEntry) -> bool:
    text = entry.msgid
    return len(text) >= 12 and text != entry.msgstr and not set("%<") & set(text)
