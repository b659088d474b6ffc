"""From octets to lines, components and values.

Part of an independent checker of calendars: it shares no code with eventsapp nor with any iCalendar library.
"""
from __future__ import annotations
import dataclasses, datetime as dt, re
from zoneinfo import ZoneInfo

UTC = dt.timezone.utc
NAME = re.compile(r"[A-Za-z0-9-]+\Z")
DATE = re.compile(r"\d{8}\Z")
DATETIME = re.compile(r"\d{8}T\d{6}Z?\Z")
DURATION = re.compile(r"[+-]?P(\d+W|(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)\Z")
ADDR = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+\.[^\s@<>,;:\"()\[\]]+\Z")


@dataclasses.dataclass
class Prop:
    name: str
    params: dict[str, list[str]]
    value: str
    line: int

    def p(self, k, default=None):
        v = self.params.get(k)
        return v[0] if v else default


class Comp:
    def __init__(self, name, line):
        self.name, self.line, self.props, self.children = name, line, [], []

    def all(self, n):
        return [p for p in self.props if p.name == n]

    def one(self, n):
        a = self.all(n)
        return a[0] if a else None

    def value(self, n, default=None):
        p = self.one(n)
        return p.value if p else default

    def walk(self):
        yield self
        for c in self.children:
            yield from c.walk()

    @property
    def uid(self):
        return self.value("UID", "")


# ---------------------------------------------------------------- bytes -> lines -> components
def split_lines(rep, raw: bytes):
    rep.run("B01", "B02", "B03", "B04", "B05")
    if raw.startswith(b"\xef\xbb\xbf"):
        rep.fail("B01", "starts with a byte order mark", 1)
        raw = raw[3:]
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as e:
        rep.fail("B01", f"not UTF-8 at byte {e.start}: {raw[e.start:e.start + 4]!r}")
    lines, bare_lf, bare_cr, n = [], [], [], 1
    for m in re.finditer(rb"([^\r\n]*)(\r\n|\n|\r|\Z)", raw):
        body, end = m.group(1), m.group(2)
        if not body and not end:
            break
        if end == b"\n":
            bare_lf.append(n)
        elif end == b"\r":
            bare_cr.append(n)
        elif end == b"":
            rep.fail("B02", "the last line has no CRLF", n)
        lines.append((n, body))
        n += 1
    for what, at in (("LF", bare_lf), ("CR", bare_cr)):
        if at:
            rep.fail("B02", f"{len(at)} lines end with a bare {what}", at[0])
    logical = []
    for n, body in lines:
        if len(body) > 75:
            rep.fail("B03", f"{len(body)} octets", n)
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            rep.fail("B04", "this physical line is not UTF-8 by itself: a fold cuts a character", n)
        for b in body:
            if (b < 32 and b != 9) or b == 127:
                rep.fail("B01", f"control character 0x{b:02x}", n)
                break
        if body[:1] in (b" ", b"\t"):
            if not logical:
                rep.fail("B05", "starts with a continuation line", n)
            else:
                logical[-1][1] += body[1:]
        elif not body:
            rep.fail("B05", "empty line", n)
        else:
            logical.append([n, bytearray(body)])
    return [(n, bytes(b).decode("utf-8", "replace")) for n, b in logical]


def parse_line(rep, n, s):
    i = 0
    while i < len(s) and s[i] not in ";:":
        i += 1
    name = s[:i]
    if not NAME.match(name) or i == len(s):
        rep.fail("B05", f"not a content line: {s[:60]!r}", n)
        return None
    params = {}
    while i < len(s) and s[i] == ";":
        j = s.find("=", i)
        k = s[i + 1:j] if j > 0 else ""
        if not NAME.match(k):
            rep.fail("B05", f"bad parameter in {s[:60]!r}", n)
            return None
        i = j + 1
        vals = []
        while True:
            if i < len(s) and s[i] == '"':
                e = s.find('"', i + 1)
                if e < 0:
                    rep.fail("B05", f"unterminated quote in {s[:60]!r}", n)
                    return None
                vals.append(s[i + 1:e])
                i = e + 1
            else:
                e = i
                while e < len(s) and s[e] not in ',;:"':
                    e += 1
                vals.append(s[i:e])
                i = e
                if i < len(s) and s[i] == '"':
                    rep.fail("B05", f"stray quote in parameter {k}", n)
                    return None
            if i < len(s) and s[i] == ",":
                i += 1
                continue
            break
        if i >= len(s) or s[i] not in ";:":
            rep.fail("B05", f"junk after parameter {k} (unquoted special character?)", n)
            return None
        if k.upper() in params:
            rep.fail("B05", f"parameter {k} twice", n)
        params[k.upper()] = vals
    if i >= len(s):
        rep.fail("B05", f"no value in {s[:60]!r}", n)
        return None
    p = Prop(name.upper(), params, s[i + 1:], n)
    for k, vs in params.items():
        # an unquoted URI swallows its own ':' and leaves a suspicious value such as //host
        if k in ("ALTREP", "DIR", "SENT-BY", "DELEGATED-TO", "DELEGATED-FROM", "MEMBER") and not all(":" in v for v in vs):
            rep.fail("B05", f"parameter {k} holds a URI and must be quoted", n)
    return p


def parse(rep, raw: bytes):
    rep.run("S01")
    roots, stack = [], []
    for n, s in split_lines(rep, raw):
        p = parse_line(rep, n, s)
        if p is None:
            continue
        if p.name == "BEGIN":
            c = Comp(p.value.strip().upper(), n)
            if p.value != p.value.strip():
                rep.fail("S01", f"BEGIN:{p.value!r} has stray blanks", n)
            (stack[-1].children if stack else roots).append(c)
            stack.append(c)
        elif p.name == "END":
            if not stack or stack[-1].name != p.value.strip().upper():
                rep.fail("S01", f"END:{p.value} does not close {stack[-1].name if stack else 'anything'}", n)
            if stack:
                stack.pop()
        elif not stack:
            rep.fail("S01", f"{p.name} outside of any component", n)
        else:
            if stack[-1].children and stack[-1].name == "VCALENDAR":
                rep.warn("S01", f"calendar property {p.name} after a component: RFC 5545 3.6 puts them first", n)
            stack[-1].props.append(p)
    if stack:
        rep.fail("S01", f"{stack[-1].name} is never closed", stack[-1].line)
    cals = [c for c in roots if c.name == "VCALENDAR"]
    if len(cals) != 1 or len(roots) != 1:
        rep.fail("S01", f"{len(cals)} VCALENDAR and {len(roots) - len(cals)} other top-level components")
    return cals[0] if cals else None


# ---------------------------------------------------------------- values
def kind(p: Prop):
    """DATE, UTC, TZ, FLOATING or None"""
    v = p.value.split(",")[0].split("/")[0]
    if p.p("VALUE", "").upper() == "DATE" or DATE.match(v):
        return "DATE"
    if DATETIME.match(v):
        return "UTC" if v.endswith("Z") else "TZ" if p.p("TZID") else "FLOATING"
    return None


def naive(v: str):
    if DATE.match(v):
        return dt.datetime.strptime(v, "%Y%m%d")
    return dt.datetime.strptime(v.rstrip("Z"), "%Y%m%dT%H%M%S")


def instants(p: Prop):
    out = []
    for v in p.value.split(","):
        v = v.split("/")[0]
        try:
            t = naive(v)
        except ValueError:
            continue
        if not v.endswith("Z") and p.p("TZID"):
            try:
                out.append(t.replace(tzinfo=ZoneInfo(p.p("TZID"))).astimezone(UTC))
                continue
            except Exception:
                pass
        out.append(t.replace(tzinfo=UTC))
    return out


def duration(v: str):
    m = re.match(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z", v)
    if not m or not DURATION.match(v):
        return None
    w, d, h, mi, s = (int(x or 0) for x in m.groups()[1:])
    td = dt.timedelta(weeks=w, days=d, hours=h, minutes=mi, seconds=s)
    return -td if m.group(1) == "-" else td


def shape(p):
    return f"{kind(p)} {p.p('TZID')}" if p.p("TZID") else str(kind(p))
