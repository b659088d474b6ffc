"""Byte-level and property-level checks, written from the RFCs.

Part of an independent checker of calendars: it shares no code with eventsapp nor with any iCalendar library.
"""
from __future__ import annotations
import datetime as dt, re
from tests.calendars.checker import tzcheck
from tests.calendars.checker.events import check_events
from tests.calendars.checker.lines import ADDR, DATE, DATETIME, duration, kind, naive, parse

TEXT_PROPS = {"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "UID", "TZID", "TZNAME", "PRODID", "NAME",
              "X-WR-CALNAME", "X-WR-CALDESC", "X-WR-TIMEZONE", "STATUS", "CLASS", "TRANSP", "RELATED-TO"}
TEXT_LIST_PROPS = {"CATEGORIES", "RESOURCES"}
ONCE = {"VEVENT": "UID DTSTAMP DTSTART DTEND DURATION CLASS CREATED DESCRIPTION GEO LAST-MODIFIED LOCATION ORGANIZER PRIORITY "
                  "SEQUENCE STATUS SUMMARY TRANSP URL RECURRENCE-ID RRULE COLOR".split(),
        "VCALENDAR": "PRODID VERSION CALSCALE METHOD UID LAST-MODIFIED URL REFRESH-INTERVAL SOURCE COLOR X-WR-CALNAME".split(),
        "VTIMEZONE": "TZID LAST-MODIFIED TZURL".split(),
        "VALARM": "ACTION TRIGGER DURATION REPEAT UID ACKNOWLEDGED PROXIMITY".split()}
ENUMS = {"CLASS": {"PUBLIC", "PRIVATE", "CONFIDENTIAL"}, "TRANSP": {"OPAQUE", "TRANSPARENT"},
         "STATUS": {"TENTATIVE", "CONFIRMED", "CANCELLED"}, "CALSCALE": {"GREGORIAN"}}
PARAM_ENUMS = {"PARTSTAT": {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"},
               "ROLE": {"CHAIR", "REQ-PARTICIPANT", "OPT-PARTICIPANT", "NON-PARTICIPANT"},
               "CUTYPE": {"INDIVIDUAL", "GROUP", "RESOURCE", "ROOM", "UNKNOWN"}, "RSVP": {"TRUE", "FALSE"}}
METHODS = {"PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"}
CSS3 = set("""aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen
darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray
darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia
gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender
lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink
lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon
mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise
mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid
palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple red rosybrown royalblue
saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan
teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen""".split())


def lint(rep, raw: bytes, mode: str, allow_attendee=False):
    """mode: feed | mail. Returns the VCALENDAR Comp or None."""
    cal = parse(rep, raw)
    if cal is None:
        return None
    rep.run("S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10", "S11", "S12", "Z01", "Z02", "Z03", "O01", "U01")
    if cal.value("VERSION") != "2.0":
        rep.fail("S02", f"VERSION is {cal.value('VERSION')!r}", cal.line)
    if not cal.value("PRODID"):
        rep.fail("S02", "PRODID is missing", cal.line)
    if not cal.children:
        rep.fail("S02", "no component at all: an empty feed must still carry one, e.g. its VTIMEZONE", cal.line)
    method = (cal.value("METHOD") or "").upper()
    if method and method not in METHODS:
        rep.fail("S09", f"METHOD:{method} is unknown", cal.one("METHOD").line)
    for c in cal.walk():
        for n in ONCE.get(c.name, ()):
            a = c.all(n)
            if len(a) > 1:
                rep.fail("S03", f"{c.name} {c.uid}: {n} occurs {len(a)} times", a[1].line)
        for p in c.props:
            check_prop(rep, c, p)
    nm, xn = cal.value("NAME"), cal.value("X-WR-CALNAME")
    if nm and xn and nm != xn:
        rep.warn("S12", "NAME and X-WR-CALNAME differ", cal.one("NAME").line)
    check_zones(rep, cal, mode)
    events = [c for c in cal.children if c.name == "VEVENT"]
    check_events(rep, cal, events, method, mode)

    if mode == "feed":
        rep.run("F01", "F02")
        if method and method != "PUBLISH":
            rep.fail("F01", f"METHOD:{method} in a feed", cal.one("METHOD").line)
        for e in events:
            if e.one("ATTENDEE") and not allow_attendee:
                rep.fail("F01", f"VEVENT {e.uid} publishes ATTENDEE {e.value('ATTENDEE')[:30]}: discloses addresses and shows RSVP in clients", e.one("ATTENDEE").line)
            if method == "PUBLISH" and not e.one("ORGANIZER"):
                rep.info("F01", "METHOD:PUBLISH requires ORGANIZER by RFC 5546 3.2.1: drop METHOD or add it", e.line)
        if not (nm or xn):
            rep.warn("F02", "neither NAME nor X-WR-CALNAME: clients show the URL")
        elif not (nm and xn):
            rep.warn("F02", "give both NAME (RFC 7986) and X-WR-CALNAME (everybody else)")
        ri, xt = cal.value("REFRESH-INTERVAL"), cal.value("X-PUBLISHED-TTL")
        if not (ri and xt):
            rep.warn("F02", "give both REFRESH-INTERVAL;VALUE=DURATION and X-PUBLISHED-TTL")
        elif ri != xt:
            rep.warn("F02", f"REFRESH-INTERVAL {ri} and X-PUBLISHED-TTL {xt} differ")
    return cal


def check_prop(rep, c, p):
    if p.name in TEXT_PROPS | TEXT_LIST_PROPS:
        check_text(rep, p)
    if p.name in ENUMS and p.value.upper() not in ENUMS[p.name] and not (p.name == "STATUS" and c.name != "VEVENT"):
        rep.fail("S09", f"{p.name}:{p.value} is not a legal value", p.line)
    if p.name in ("ORGANIZER", "ATTENDEE"):
        check_addr(rep, p)
    if p.name in ("SEQUENCE", "PRIORITY", "REPEAT"):
        if not p.value.isdigit():
            rep.fail("S09", f"{p.name}:{p.value} is not a non-negative integer", p.line)
        elif p.name == "PRIORITY" and int(p.value) > 9:
            rep.fail("S09", "PRIORITY is above 9", p.line)
    if p.name == "GEO":
        m = re.match(r"([+-]?\d+(?:\.\d+)?);([+-]?\d+(?:\.\d+)?)\Z", p.value)
        if not m or abs(float(m[1])) > 90 or abs(float(m[2])) > 180:
            rep.fail("S09", f"GEO:{p.value} is not latitude;longitude", p.line)
    if p.name in ("URL", "SOURCE", "TZURL") and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z", p.value):
        rep.fail("S09", f"{p.name}:{p.value[:40]} is not an absolute URI", p.line)
    if p.name in ("DTSTAMP", "CREATED", "LAST-MODIFIED", "COMPLETED", "ACKNOWLEDGED"):
        if not (DATETIME.match(p.value) and p.value.endswith("Z")):
            rep.fail("S05", f"{p.name}:{p.value} is not UTC", p.line)
        elif p.p("TZID"):
            rep.fail("S05", f"{p.name} has both TZID and Z", p.line)
    if p.name in ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"):
        bad = None
        for v in p.value.split(","):
            v = v.split("/")[0]
            try:
                naive(v)
                if not (DATE.match(v) or DATETIME.match(v)):
                    bad = v
            except ValueError:
                bad = v
        if bad is not None:
            rep.fail("S09", f"{p.name}: {bad!r} is not a date or date-time", p.line)
            return
        isdate = bool(DATE.match(p.value.split(",")[0]))
        if isdate != (p.p("VALUE", "").upper() == "DATE") and p.p("VALUE", "").upper() != "PERIOD":
            rep.fail("S09", f"{p.name}: VALUE=DATE and the value disagree", p.line)
        if c.name in ("VEVENT", "VTODO", "VJOURNAL"):
            k = kind(p)
            if p.p("TZID") and k == "UTC":
                rep.fail("Z01", f"{p.name} has both TZID and Z", p.line)
            if p.p("TZID") and k == "DATE":
                rep.fail("Z01", f"{p.name} is a DATE with a TZID", p.line)
            if k == "FLOATING":
                rep.fail("Z01", f"{p.name}:{p.value} is floating: Outlook supports floating time for all-day events only", p.line)
    if p.name in ("REFRESH-INTERVAL", "DURATION", "X-PUBLISHED-TTL") or (p.name == "TRIGGER" and p.p("VALUE", "DURATION").upper() == "DURATION"):
        td = duration(p.value)
        if td is None:
            rep.fail("S09", f"{p.name}:{p.value} is not a duration", p.line)
        elif td <= dt.timedelta(0) and p.name != "TRIGGER":
            rep.fail("S09", f"{p.name}:{p.value} must be positive", p.line)
    if p.name == "REFRESH-INTERVAL" and p.p("VALUE", "").upper() != "DURATION":
        rep.fail("S12", "REFRESH-INTERVAL needs ;VALUE=DURATION", p.line)
    if p.name == "CONFERENCE" and p.p("VALUE", "").upper() != "URI":
        rep.fail("S12", "CONFERENCE needs ;VALUE=URI", p.line)
    if p.name == "SOURCE" and p.p("VALUE", "").upper() != "URI":
        rep.warn("S12", "SOURCE has no default value type: write ;VALUE=URI", p.line)
    if p.name == "IMAGE" and p.p("VALUE", "").upper() not in ("URI", "BINARY"):
        rep.fail("S12", "IMAGE needs ;VALUE=URI (or BINARY)", p.line)
    if p.name == "COLOR" and p.value.lower() not in CSS3:
        rep.fail("S12", f"COLOR:{p.value} is not a CSS3 colour name", p.line)


def check_text(rep, p):
    multi = p.name in TEXT_LIST_PROPS
    i = 0
    while i < len(p.value):
        ch = p.value[i]
        if ch == "\\":
            nx = p.value[i + 1:i + 2]
            if nx not in ("\\", ";", ",", "n", "N") or not nx:
                rep.fail("S10", f"{p.name}: illegal escape \\{nx}", p.line)
                return
            i += 2
            continue
        if ch == ";" or (ch == "," and not multi):
            rep.fail("S10", f"{p.name}: unescaped {ch!r} in {p.value[max(0, i - 15):i + 15]!r}", p.line)
            return
        i += 1
    if re.search(r"\\\\[nN]|\\\\\\[,;]", p.value):
        rep.warn("S10", f"{p.name}: looks escaped twice: {p.value[:50]!r}", p.line)
    if p.name in ("SUMMARY", "DESCRIPTION", "LOCATION") and re.search(
            r"</?(p|br|b|i|div|a|strong|ul|li)\b[^>]*>|&(amp|eacute|egrave|agrave|nbsp|lt|gt|quot|#\d+);", p.value):
        rep.warn("S10", f"{p.name} contains HTML: TEXT is plain text (put HTML in X-ALT-DESC;FMTTYPE=text/html)", p.line)
    if p.name == "SUMMARY" and "\\n" in p.value.lower():
        rep.warn("S10", "SUMMARY contains a line break", p.line)


def check_addr(rep, p):
    v = p.value
    if not v.lower().startswith("mailto:"):
        rep.fail("S09", f"{p.name} value {v[:40]!r} is not a mailto: URI", p.line)
    elif not ADDR.match(v[7:]):
        rep.fail("S09", f"{p.name} address {v[7:47]!r} is not valid", p.line)
    elif v[:7] != "mailto:":
        rep.warn("S09", f"{p.name}: write mailto: in lower case", p.line)
    for k, allowed in PARAM_ENUMS.items():
        x = p.p(k)
        if x is not None and x.upper() not in allowed and not x.upper().startswith("X-"):
            rep.fail("S09", f"{p.name};{k}={x} is not a legal value", p.line)


def check_zones(rep, cal, mode):
    used = {}
    for c in cal.walk():
        for p in c.props:
            t = p.p("TZID")
            if t and p.name != "TZID":
                lst = used.setdefault(t, [])
                for v in p.value.split(","):
                    try:
                        lst.append(naive(v.split("/")[0]))
                    except ValueError:
                        pass
    zones = {}
    for c in cal.children:
        if c.name == "VTIMEZONE":
            z = c.value("TZID")
            if not z:
                rep.fail("S03", "VTIMEZONE without TZID", c.line)
                continue
            if z in zones:
                rep.fail("Z01", f"VTIMEZONE {z} occurs twice", c.line)
            zones[z] = c
    far = []
    for c in cal.children:
        for p in c.all("RRULE"):
            m = re.search(r"UNTIL=(\d{8})", p.value)
            if m:
                far.append(dt.datetime.strptime(m[1], "%Y%m%d"))
    for z, times in used.items():
        if z not in zones:
            rep.fail("Z01", f"TZID={z} is used {len(times)} times but has no VTIMEZONE")
    for z, c in zones.items():
        if z not in used and mode == "feed" and any(x.name == "VEVENT" for x in cal.children):
            rep.info("Z01", f"VTIMEZONE {z} is not used", c.line)
        tzcheck.check(rep, c, used.get(z, []) + far, c.line)
