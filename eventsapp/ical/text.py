"""User text made fit for a calendar: no control characters, one-line where a line is asked.

Cleaning comes before the icalendar library, which escapes line breaks but writes other control
characters through (RFC 5545 section 3.3.11 forbids them, and one of them breaks a whole feed).
"""

from __future__ import annotations

import re
import unicodedata

from icalendar import vText

_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNWRITABLE = {"Cc", "Cs"}  # control characters, and halves of characters that UTF-8 cannot carry
_BYTE_ORDER_MARK = "\ufeff"  # pasted along from some editors; readers drop it wherever it stands
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('"^\\'))


def clean(text: str) -> str:
    """`text` without control characters; every kind of line break becomes one newline, TAB stays."""
    text = _LINE_BREAKS.sub("\n", text.replace(_BYTE_ORDER_MARK, ""))
    return "".join(c for c in text if c in "\t\n" or unicodedata.category(c) not in _UNWRITABLE)


def one_line(text: str) -> str:
    """`text` cleaned and on one line, each run of white space being one space."""
    return " ".join(clean(text).split())


def common_name(name: str) -> str:
    """A person's or a service's name for the CN parameter, on one line.

    A double quote cannot occur in a parameter value (RFC 5545 section 3.2). RFC 6868 escapes it
    with a caret, which older calendars show as it stands: so quotes, carets and backslashes go.
    """
    return one_line(name.translate(_NOT_IN_NAMES))


class Text(vText):
    r"""A TEXT value (RFC 5545 section 3.3.11), escaped exactly once.

    Always named, because the library escapes only properties that it knows to be TEXT (not NAME,
    nor the X-WR- ones). And its own escaping reads a typed `\N`, as in `C:\Nice`, as a line break.
    """

    def to_ical(self) -> bytes:
        """The escaped value, in UTF-8."""
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()
