"""VTIMEZONE evaluated by the letter of RFC 5545 3.6.5 and compared with tzdata.

Part of an independent checker of calendars: it shares no code with eventsapp nor with any iCalendar library.
"""
from __future__ import annotations
import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError
from dateutil import rrule as dr

UTC = dt.timezone.utc


def parse_offset(s: str) -> dt.timedelta:
    if len(s) not in (5, 7) or s[0] not in "+-" or not s[1:].isdigit():
        raise ValueError(f"bad utc-offset {s!r}")
    d = dt.timedelta(hours=int(s[1:3]), minutes=int(s[3:5]), seconds=int(s[5:7]) if len(s) == 7 else 0)
    if s[0] == "-" and not d:
        raise ValueError("-0000 is not allowed")
    return -d if s[0] == "-" else d


def local(s: str) -> dt.datetime:
    if s.endswith("Z"):
        raise ValueError("must be a local time, not UTC")
    return dt.datetime.strptime(s, "%Y%m%dT%H%M%S")


class VTimezone:
    """onsets: sorted [(utc onset, offset before, offset after)] up to the horizon"""

    def __init__(self, comp, horizon: dt.datetime):
        self.tzid = comp.value("TZID")
        self.kinds, self.with_rrule, self.exotic, self.onsets = set(), set(), [], []
        subs = [c for c in comp.children if c.name in ("STANDARD", "DAYLIGHT")]
        if not subs:
            raise ValueError("no STANDARD or DAYLIGHT sub-component")
        for s in subs:
            self.kinds.add(s.name)
            for need in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"):
                if len(s.all(need)) != 1:
                    raise ValueError(f"{s.name} needs exactly one {need}")
            frm, to = parse_offset(s.value("TZOFFSETFROM")), parse_offset(s.value("TZOFFSETTO"))
            start = local(s.value("DTSTART"))
            starts = {start}
            for p in s.all("RDATE"):
                starts |= {local(v) for v in p.value.split(",")}
            rr = s.value("RRULE")
            if rr:
                self.with_rrule.add(s.name)
                parts = dict(x.split("=", 1) for x in rr.upper().split(";"))
                until = parts.pop("UNTIL", None)
                rule = dr.rrulestr(";".join(f"{k}={v}" for k, v in parts.items()), dtstart=start)
                lim = horizon.replace(tzinfo=None) + dt.timedelta(days=2)
                if until:
                    lim = min(lim, dt.datetime.strptime(until.rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in until else "%Y%m%d")
                              + (frm if until.endswith("Z") else dt.timedelta(0)))
                for o in rule:
                    if o > lim:
                        break
                    starts.add(o)
                bd = parts.get("BYDAY", "")
                if parts.get("FREQ") != "YEARLY" or not bd or "," in bd or not bd[:-2].lstrip("+-").isdigit():
                    self.exotic.append(rr)
            for o in starts:
                # RFC 5545 3.6.5: DTSTART is local time *before* the onset, i.e. at TZOFFSETFROM
                self.onsets.append(((o - frm).replace(tzinfo=UTC), frm, to))
        self.onsets.sort(key=lambda x: x[0])

    def offset(self, t: dt.datetime) -> dt.timedelta:
        cur = self.onsets[0][1]
        for onset, _f, to in self.onsets:
            if onset > t:
                break
            cur = to
        return cur


def transitions(zone: ZoneInfo, start: dt.datetime, end: dt.datetime):
    out, step, t = [], dt.timedelta(hours=12), start
    prev = t.astimezone(zone).utcoffset()
    while t < end:
        n = t + step
        o = n.astimezone(zone).utcoffset()
        if o != prev:
            lo, hi = t, n
            while hi - lo > dt.timedelta(seconds=1):
                mid = (lo + (hi - lo) / 2).replace(microsecond=0)
                if mid.astimezone(zone).utcoffset() == prev:
                    lo = mid
                else:
                    hi = mid
            out.append(hi)
        prev, t = o, n
    return out


def check(rep, comp, used: list[dt.datetime], line):
    """used: naive local datetimes that refer to this zone"""
    years = [u.year for u in used] or [dt.datetime.now().year]
    lo = dt.datetime(min(years), 1, 1, tzinfo=UTC)
    hi = dt.datetime(min(max(years) + 2, 2105), 1, 1, tzinfo=UTC)
    try:
        v = VTimezone(comp, hi)
    except Exception as e:
        rep.fail("Z02", f"VTIMEZONE {comp.value('TZID')}: {e}", line)
        return
    try:
        z = ZoneInfo(v.tzid)
    except (ZoneInfoNotFoundError, ValueError):
        rep.fail("Z02", f"TZID {v.tzid!r} is not an IANA zone name: cannot be verified, and several clients resolve by name", line)
        return
    real = transitions(z, lo, hi)
    pts = set()
    for t in real + [o for o, _, _ in v.onsets if lo <= o < hi]:
        pts |= {t - dt.timedelta(seconds=1), t, t + dt.timedelta(minutes=59), t + dt.timedelta(hours=2)}
    d = lo
    while d < hi:
        pts.add(d)
        d += dt.timedelta(days=10)
    pts |= {u.replace(tzinfo=z).astimezone(UTC) for u in used}
    bad = [(p, p.astimezone(z).utcoffset(), v.offset(p)) for p in sorted(pts) if p.astimezone(z).utcoffset() != v.offset(p)]
    if bad:
        p, want, got = bad[0]
        rep.fail("Z02", f"VTIMEZONE {v.tzid} differs from tzdata at {len(bad)} of {len(pts)} instants in {lo.year}-{hi.year - 1}; "
                        f"first {p:%Y-%m-%dT%H:%M:%SZ}: offset {fmt(got)} instead of {fmt(want)}", line)
    if real:
        last = max(o for o, _, _ in v.onsets)
        without = sorted(v.kinds - v.with_rrule)
        if v.kinds != {"STANDARD", "DAYLIGHT"}:
            rep.warn("Z03", f"VTIMEZONE {v.tzid} lacks STANDARD or DAYLIGHT: Outlook needs both", line)
        elif without:
            rep.warn("Z03", f"VTIMEZONE {v.tzid}: no RRULE in {' and '.join(without)} (last onset {last:%Y-%m-%d}): "
                            "Outlook ignores RDATE and shifts summer events by one hour", line)
    for x in v.exotic:
        rep.warn("Z03", f"VTIMEZONE RRULE {x}: Exchange wants FREQ=YEARLY with one ordinal BYDAY", line)


def fmt(td):
    s = int(td.total_seconds())
    return f"{'-' if s < 0 else '+'}{abs(s) // 3600:02}{abs(s) % 3600 // 60:02}"
