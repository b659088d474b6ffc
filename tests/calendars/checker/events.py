"""Events as a whole: their hours, their recurrences, their alarms.

Part of an independent checker of calendars: it shares no code with eventsapp nor with any iCalendar library.
"""
from __future__ import annotations
import datetime as dt, re
from tests.calendars.checker.lines import DATE, DATETIME, UTC, instants, kind, naive, shape

def check_events(rep, cal, events, method, mode):
    seen, masters = {}, {}
    for e in events:
        req = ["UID", "DTSTAMP"] + (["DTSTART"] if method not in ("CANCEL", "REPLY", "REFRESH", "DECLINECOUNTER") else [])
        for n in req:
            if not e.all(n):
                rep.fail("S03", f"VEVENT {e.uid or '?'}: {n} is missing", e.line)
        rid = e.one("RECURRENCE-ID")
        key = (e.uid, tuple(instants(rid)) if rid else None)
        if key in seen:
            rep.fail("S06", f"UID {e.uid}{' RECURRENCE-ID ' + rid.value if rid else ''} already at line {seen[key]}", e.line)
        seen[key] = e.line
        if not rid:
            masters[e.uid] = e
    days = {}
    for e in events:
        ds, de, du = e.one("DTSTART"), e.one("DTEND"), e.one("DURATION")
        if de and du:
            rep.fail("S04", f"VEVENT {e.uid}: DTEND and DURATION together", du.line)
        if not de and not du and ds and kind(ds) != "DATE":
            rep.warn("S04", f"VEVENT {e.uid}: neither DTEND nor DURATION: zero length", e.line)
        if ds and de:
            if (kind(ds) == "DATE") != (kind(de) == "DATE"):
                rep.fail("S04", f"VEVENT {e.uid}: DTSTART and DTEND of different types", de.line)
            elif instants(ds) and instants(de):
                if instants(de)[0] <= instants(ds)[0]:
                    rep.fail("S04", f"VEVENT {e.uid}: DTEND is not after DTSTART", de.line)
                if ds.p("TZID") != de.p("TZID"):
                    rep.warn("S04", f"VEVENT {e.uid}: DTSTART and DTEND in different zones", de.line)
        if du and ds and kind(ds) == "DATE" and "T" in du.value:
            rep.fail("S04", f"VEVENT {e.uid}: DURATION of an all-day event must be in days or weeks", du.line)
        rid, m = e.one("RECURRENCE-ID"), masters.get(e.uid)
        ref = (m or e).one("DTSTART")
        if rid:
            if e.one("RRULE") or e.one("RDATE"):
                rep.fail("S07", f"override {e.uid} {rid.value} has its own RRULE or RDATE", e.line)
            if rid.p("RANGE"):
                rep.warn("S07", "RANGE=THISANDFUTURE is understood by almost no client", rid.line)
            if m is None:
                if mode == "feed":
                    rep.fail("S06", f"override {e.uid} {rid.value} has no master VEVENT in the feed", e.line)
            elif ref:
                if (kind(rid), rid.p("TZID")) != (kind(ref), ref.p("TZID")):
                    rep.fail("S07", f"RECURRENCE-ID {rid.value} ({shape(rid)}) is not written like DTSTART ({shape(ref)})", rid.line)
                if not (m.one("RRULE") or m.one("RDATE")):
                    rep.fail("S07", f"override {e.uid} of an event that does not recur", rid.line)
                if (e.value("SEQUENCE") or "0").isdigit() and (m.value("SEQUENCE") or "0").isdigit() \
                        and int(e.value("SEQUENCE") or 0) < int(m.value("SEQUENCE") or 0):
                    rep.warn("S07", f"override {rid.value} has a lower SEQUENCE than its master: some parsers then ignore it "
                                    "(niccokunzmann/python-recurring-ical-events#223)", rid.line)
            if ds:
                k = (e.uid, ds.value[:8])
                if k in days:
                    rep.warn("O01", f"{e.uid}: two overrides start on {ds.value[:8]}: Exchange refuses two instances of a series on one day", e.line)
                days[k] = e
        if ref:
            for n in ("EXDATE", "RDATE"):
                for p in e.all(n):
                    if (kind(p), p.p("TZID")) != (kind(ref), ref.p("TZID")):
                        rep.fail("S07", f"{n}:{p.value[:20]} ({shape(p)}) is not written like DTSTART ({shape(ref)})", p.line)
        for p in e.all("RRULE"):
            check_rrule(rep, e, p)
        rd = e.one("RDATE")
        if rd and not e.one("RRULE"):
            rep.warn("O01", f"{e.uid}: RDATE without RRULE: Outlook ignores the whole event (SparkDevNetwork/Rock#4112); publish separate VEVENTs", rd.line)
        elif rd:
            rep.warn("O01", f"{e.uid}: RDATE is ignored by outlook.com and others (ical-org/ical.net#830); publish separate VEVENTs", rd.line)
            mu = re.search(r"UNTIL=(\d{8}(?:T\d{6}Z)?)", e.value("RRULE"))
            ts = [x for p in e.all("RDATE") for x in instants(p)]
            if mu and ts and max(ts) > naive(mu[1]).replace(tzinfo=UTC) + dt.timedelta(days=1):
                rep.warn("O01", f"{e.uid}: RDATE after UNTIL is not shown by Google Calendar (esrg-knights/Squire#107)", rd.line)
        if e.one("EXDATE") and (e.one("RRULE") or rd) and ds:
            check_exdates(rep, e)
        u = e.one("UID")
        if u and e is masters.get(e.uid):
            if len(u.value.encode()) > 255:
                rep.warn("U01", f"UID of {len(u.value.encode())} octets: receivers need only keep 255", u.line)
            if "@" in u.value:
                rep.warn("U01", f"UID {u.value[:50]} names a host or address: RFC 7986 5.3 says UIDs MUST NOT", u.line)
            elif len(u.value) < 16:
                rep.warn("U01", f"UID {u.value!r} is short: is it globally unique?", u.line)
        for a in e.children:
            if a.name == "VALARM":
                check_alarm(rep, a)


def check_exdates(rep, e):
    """each EXDATE must hit a generated instance"""
    from dateutil import rrule as dr
    ds = e.one("DTSTART")
    try:
        base = naive(ds.value)
        gen = {base}
        ex = [(naive(v), p) for p in e.all("EXDATE") for v in p.value.split(",")]
        lim = max(t for t, _ in ex)
        for p in e.all("RRULE"):
            parts = [x for x in p.value.split(";") if not x.upper().startswith(("UNTIL", "COUNT"))]
            for t in dr.rrulestr(";".join(parts), dtstart=base):
                if t > lim:
                    break
                gen.add(t)
        for p in e.all("RDATE"):
            gen |= {naive(v.split("/")[0]) for v in p.value.split(",")}
    except Exception:
        return
    for t, p in ex:
        if kind(p) == kind(ds) and p.p("TZID") == ds.p("TZID") and t not in gen:
            rep.fail("S07", f"EXDATE {t:%Y-%m-%d %H:%M} excludes nothing: no instance starts then", p.line)


def check_rrule(rep, c, p):
    parts, ok = {}, True
    for x in p.value.split(";"):
        k, _, v = x.partition("=")
        if not v or k.upper() in parts:
            rep.fail("S08", f"malformed or repeated part {x!r}", p.line)
            ok = False
        parts[k.upper()] = v.upper()
    known = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY",
             "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST"}
    for k in set(parts) - known:
        rep.fail("S08", f"unknown RRULE part {k}", p.line)
        ok = False
    if parts.get("FREQ") not in {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}:
        rep.fail("S08", f"FREQ={parts.get('FREQ')}", p.line)
        return
    if "COUNT" in parts and "UNTIL" in parts:
        rep.fail("S08", "COUNT and UNTIL together", p.line)
    if "COUNT" not in parts and "UNTIL" not in parts:
        rep.warn("S08", "RRULE never ends: a programme should state UNTIL or COUNT", p.line)
    ds = c.one("DTSTART")
    if not ds:
        return
    k = kind(ds)
    if "UNTIL" in parts:
        u = parts["UNTIL"]
        if k == "DATE" and not DATE.match(u):
            rep.fail("S08", f"UNTIL={u} must be a DATE like DTSTART", p.line)
        elif k in ("TZ", "UTC") and not (DATETIME.match(u) and u.endswith("Z")):
            rep.fail("S08", f"UNTIL={u} must be a UTC date-time because DTSTART has a zone", p.line)
    if ok:                     # DTSTART must be the first instance
        from dateutil import rrule as dr
        try:
            base = naive(ds.value)
            r = dr.rrulestr(";".join(f"{a}={b}" for a, b in parts.items() if a not in ("UNTIL", "COUNT")), dtstart=base)
            if next(iter(r), None) != base:
                rep.fail("S08", f"DTSTART {base:%Y-%m-%d %H:%M} is not generated by {p.value}: the recurrence set is undefined", p.line)
        except Exception as e:
            rep.fail("S08", f"{p.value}: {e}", p.line)
    # Outlook's recurrence templates
    if parts["FREQ"] in ("SECONDLY", "MINUTELY", "HOURLY"):
        rep.warn("O01", f"FREQ={parts['FREQ']} is not importable by Outlook", p.line)
    days = parts["BYDAY"].split(",") if parts.get("BYDAY") else []
    if parts["FREQ"] in ("MONTHLY", "YEARLY"):
        if sum(bool(re.match(r"[+-]?\d", d)) for d in days) > 1:
            rep.warn("O01", f"BYDAY={parts['BYDAY']} (several nth weekdays) is skipped by Outlook (w3c/calendar#25): write one series per week number", p.line)
        for n in ("BYSETPOS", "BYMONTHDAY", "BYMONTH"):
            if "," in parts.get(n, ""):
                rep.warn("O01", f"several {n} values are skipped by Outlook", p.line)
    if {"BYWEEKNO", "BYYEARDAY", "BYSECOND"} & set(parts):
        rep.warn("O01", "BYWEEKNO, BYYEARDAY and BYSECOND are skipped by Outlook", p.line)


def check_alarm(rep, a):
    act = (a.value("ACTION") or "").upper()
    if not act or not a.value("TRIGGER"):
        rep.fail("S11", "VALARM needs ACTION and TRIGGER", a.line)
    if act in ("DISPLAY", "EMAIL") and a.one("DESCRIPTION") is None:
        rep.fail("S11", f"VALARM {act} needs DESCRIPTION", a.line)
    if act == "EMAIL" and (not a.value("SUMMARY") or not a.all("ATTENDEE")):
        rep.fail("S11", "VALARM EMAIL needs SUMMARY and ATTENDEE", a.line)
    if bool(a.one("DURATION")) != bool(a.one("REPEAT")):
        rep.fail("S11", "VALARM: DURATION and REPEAT go together", a.line)
    t = a.one("TRIGGER")
    if t and t.p("VALUE", "").upper() == "DATE-TIME" and not t.value.endswith("Z"):
        rep.fail("S11", "absolute TRIGGER must be UTC", t.line)
