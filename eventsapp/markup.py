"""HTML of strangers made plain: a line for each block, nothing of scripts, comments, addresses of links.

Read once, from the beginning to the end: for tags that never end html.parser takes the square of the length,
which is minutes for what a mail or an agenda may hold. Nothing of the markup is kept, so nothing of it has to
be trusted; whoever shows the text escapes it as any.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

BLOCKS = frozenset(
    "address article blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main ol p pre section table tr ul".split()
)
"""Elements that stand on lines of their own."""
UNSHOWN = frozenset("iframe noscript object script style template title".split())
"""Elements of which no page shows what is inside."""

_LONGEST_TAG = 1_000
"""Characters of a tag in which « > » may stand between quotes; in a longer one the first of them ends it."""
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>])")
_QUOTED_END = re.compile(r"(?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>")
_TAG_END, _COMMENT_END = re.compile(">"), re.compile("-->")
_CLOSING = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in UNSHOWN}
_ENDLESS = re.compile(r"&#[0-9]{8,};?")


def text_of(
    said: str, *, before: Mapping[str, str] | None = None, after: Mapping[str, str] | None = None
) -> str:
    """The text of some HTML, with a newline where a block begins or ends.

    `before` and `after` say otherwise what stands for the beginning and the end of an element. White space is
    one space, a reference (« &eacute; ») what it means. What stands in a tag that never ends no page shows
    either.
    """
    begins, ends = (dict.fromkeys(BLOCKS, "\n") | dict(given or {}) for given in (before, after))
    pieces: list[str] = []
    here = 0
    while (start := said.find("<", here)) >= 0:
        pieces.append(_SPACE.sub(" ", said[here:start]))
        here = start + 1
        found = _TAG.match(said, start)
        if found is None:
            if said[here : here + 1] not in {"!", "?", "/"}:
                pieces.append("<")  # « 3 < 4 »
                continue
            end = (_COMMENT_END if said.startswith("<!--", start) else _TAG_END).search(said, here)
            here = end.end() if end else len(said)
            continue
        name, is_end = found[2].lower(), bool(found[1])
        pieces.append((ends if is_end else begins).get(name, ""))
        here = _end_of_tag(said, found.end())
        if name in UNSHOWN and not is_end:
            closing = _CLOSING[name].search(said, here)
            here = closing.start() if closing else len(said)
    pieces.append(_SPACE.sub(" ", said[here:]))
    return unescaped("".join(pieces))


def unescaped(said: str) -> str:
    """Text with its references resolved. One of thousands of figures, of which int() and so `html.unescape`
    raise a ValueError, is a sign that is none."""
    return html.unescape(_ENDLESS.sub("\N{REPLACEMENT CHARACTER}", said))


def _end_of_tag(said: str, here: int) -> int:
    end = _QUOTED_END.match(said, here, here + _LONGEST_TAG) or _TAG_END.search(said, here)
    return end.end() if end else len(said)
