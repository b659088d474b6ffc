"""What a mail that carries a calendar must be (iMIP), alone and after those before it.

Part of an independent checker of calendars: it shares no code with eventsapp nor with any iCalendar library.
"""
from __future__ import annotations
import base64, binascii, email, email.policy, email.utils, quopri, re
from tests.calendars.checker import lines, lint

# method -> {property: (min, max)} for VEVENT, from RFC 5546 3.2.1 - 3.2.8
TABLE = {
    "REQUEST": {"ATTENDEE": (1, None), "DTSTAMP": (1, 1), "DTSTART": (1, 1), "ORGANIZER": (1, 1), "SUMMARY": (1, 1), "UID": (1, 1),
                "SEQUENCE": (0, 1)},
    "CANCEL": {"DTSTAMP": (1, 1), "ORGANIZER": (1, 1), "SEQUENCE": (1, 1), "UID": (1, 1), "REQUEST-STATUS": (0, 0)},
    "REPLY": {"ATTENDEE": (1, 1), "DTSTAMP": (1, 1), "ORGANIZER": (1, 1), "UID": (1, 1), "SEQUENCE": (0, 1)},
    "REFRESH": {"ATTENDEE": (1, 1), "DTSTAMP": (1, 1), "ORGANIZER": (1, 1), "UID": (1, 1), "SEQUENCE": (0, 0), "DTSTART": (0, 0)},
    "COUNTER": {"DTSTAMP": (1, 1), "DTSTART": (1, 1), "ORGANIZER": (1, 1), "SEQUENCE": (1, 1), "SUMMARY": (1, 1), "UID": (1, 1)},
    "DECLINECOUNTER": {"DTSTAMP": (1, 1), "ORGANIZER": (1, 1), "SEQUENCE": (0, 1), "UID": (1, 1), "ATTENDEE": (0, 0), "DTSTART": (0, 0)},
    "PUBLISH": {"ATTENDEE": (0, 0), "DTSTAMP": (1, 1), "DTSTART": (1, 1), "ORGANIZER": (1, 1), "SUMMARY": (1, 1), "UID": (1, 1)},
    "ADD": {"DTSTAMP": (1, 1), "DTSTART": (1, 1), "ORGANIZER": (1, 1), "SEQUENCE": (1, 1), "SUMMARY": (1, 1), "UID": (1, 1)},
}
FROM_ORGANIZER = {"REQUEST", "CANCEL", "ADD", "DECLINECOUNTER", "PUBLISH"}
FROM_ATTENDEE = {"REPLY", "COUNTER", "REFRESH"}
SIGNIFICANT = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "STATUS")


def addr(p):
    return p.value[7:].lower() if p is not None and p.value.lower().startswith("mailto:") else ""


def base(a):
    """organizer+token@host -> organizer@host"""
    u, _, d = a.partition("@")
    return u.split("+")[0] + "@" + d


def addresses(msg, *names):
    out = []
    for n in names:
        out += [a.lower() for _, a in email.utils.getaddresses([str(v) for v in msg.get_all(n, [])]) if a]
    return out


def payload(rep, part, where):
    """decoded bytes of a part, checking the transfer encoding by hand"""
    cte = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    raw = part.get_payload()
    raw = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    if cte == "base64":
        try:
            data = base64.b64decode(re.sub(rb"\s+", b"", raw), validate=True)
        except (binascii.Error, ValueError) as e:
            rep.fail("M05", f"{where}: invalid base64: {e}")
            return part.get_payload(decode=True) or b"", cte
        if any(len(x) > 76 for x in raw.splitlines()):
            rep.fail("M05", f"{where}: base64 lines longer than 76 characters")
        return data, cte
    if cte == "quoted-printable":
        if re.search(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)", raw):
            rep.fail("M05", f"{where}: invalid quoted-printable escape")
        if any(len(x) > 76 for x in raw.splitlines()):
            rep.fail("M05", f"{where}: quoted-printable lines longer than 76 characters")
        return quopri.decodestring(raw), cte
    if cte == "7bit":
        if any(b > 126 for b in raw):
            rep.fail("M05", f"{where}: 7bit part contains 8-bit octets")
        return raw, cte
    if cte == "8bit":
        if where == "text/calendar":
            rep.warn("M05", f"{where}: 8bit needs 8BITMIME end to end; base64 is what Outlook and Zimbra digest (betagouv/rdv-service-public#729)")
        return raw, cte
    rep.fail("M05", f"{where}: Content-Transfer-Encoding {cte!r}")
    return raw, cte


def parents(msg):
    out = {}

    def rec(p, path):
        out[id(p)] = path
        if p.is_multipart() and p.get_content_maintype() == "multipart":
            for c in p.get_payload():
                rec(c, path + [p])
    rec(msg, [])
    return out


def check(rep, raw: bytes, group=False, inbound=False):
    """returns (calendar bytes, Comp) or None"""
    rep.inbound = inbound
    rep.run("M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M09")
    msg = check_message(rep, raw)
    crlf = raw.count(b"\r\n") >= raw.count(b"\n") / 2
    par = parents(msg)
    cals = [p for p in msg.walk() if p.get_content_type() == "text/calendar"]
    files = [p for p in msg.walk() if p.get_content_type() in ("application/ics", "application/octet-stream")
             and (p.get_filename() or "").lower().endswith(".ics")]
    if not cals:
        tnef = any(p.get_content_type() == "application/ms-tnef" for p in msg.walk())
        rep.fail("M02", "no text/calendar part: clients show no RSVP" + (" (only an .ics attachment)" if files else " (TNEF, winmail.dat)" if tnef else ""))
        return None

    def alt(p):
        return next((a for a in reversed(par[id(p)]) if a.get_content_type() == "multipart/alternative"), None)
    in_alt = [p for p in cals if alt(p) is not None]
    cal_part = (in_alt or cals)[0]
    if not inbound:
        if not in_alt:
            rep.fail("M02", "text/calendar is not inside a multipart/alternative: Outlook and Gmail show an attachment instead of RSVP")
        if len(in_alt) > 1:
            rep.fail("M02", f"{len(in_alt)} text/calendar parts in the alternative")
        if alt(cal_part) is not None:
            check_alternative(rep, alt(cal_part))
    # --- the calendar part
    data, cte = payload(rep, cal_part, "text/calendar")
    if cte in ("7bit", "8bit") and not crlf:
        data = data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")     # the file was saved with LF
    if cte == "quoted-printable" and b"\r\n" not in data:
        data = data.replace(b"\n", b"\r\n")
    if cte in ("7bit", "8bit", "quoted-printable") and not data.endswith(b"\r\n"):
        data += b"\r\n"       # the line break before a boundary belongs to the boundary (RFC 2046 5.1.1)
    mp = cal_part.get_param("method")
    cs = cal_part.get_content_charset()
    if (cs or "").lower() != "utf-8":
        rep.add("M04", "FAIL" if any(b > 126 for b in data) else "WARN", f"text/calendar charset is {cs!r}: say charset=UTF-8")
    if cal_part.get_content_disposition() == "attachment" and not inbound:
        rep.fail("M06", "the RSVP part is Content-Disposition: attachment: Outlook shows a file")
    for p in [p for p in cals if p is not cal_part] + files:
        d2 = p.get_payload(decode=True) or b""
        if d2.replace(b"\r\n", b"\n").strip() != data.replace(b"\r\n", b"\n").strip():
            rep.fail("M06", f"the attached {p.get_filename() or p.get_content_type()} differs from the inline part")
        fn = p.get_filename() or ""
        if fn and (not fn.isascii() or not fn.lower().endswith(".ics") or "/" in fn):
            rep.fail("M06", f"attachment name {fn!r}: use an ASCII name ending in .ics")
        if p.get_content_type() == "text/calendar" and p.get_content_disposition() != "attachment" and not inbound:
            rep.fail("M06", "a second inline text/calendar part")
        m2 = p.get_param("method")
        if m2 and mp and m2.upper() != mp.upper():
            rep.fail("M06", f"attachment says method={m2}, the inline part method={mp}")
    cal = lint.lint(rep, data, "mail")
    if cal is None:
        return None
    method = (cal.value("METHOD") or "").upper()
    if not mp:
        rep.add("M03", "WARN" if inbound and method else "FAIL", "Content-Type has no method parameter: not an iMIP part at all")
    elif mp.upper() != method:
        rep.fail("M03", f"method={mp} but METHOD:{method or '(none)'}: Exchange rejects the mismatch (maevsi/vibetype#2368)")
    comp = cal_part.get_param("component")
    if comp and comp.upper() not in {c.name for c in cal.children}:
        rep.fail("M03", f"component={comp} is not in the calendar")
    evs = [c for c in cal.children if c.name == "VEVENT"]
    if not evs:
        rep.fail("M07", "no VEVENT")
        return data, cal
    check_method(rep, evs, method, inbound)
    check_people(rep, msg, evs, method, group, inbound)
    return data, cal


def check_message(rep, raw):
    for n, line in enumerate(raw.split(b"\n"), 1):
        if len(line.rstrip(b"\r")) > 998:
            rep.fail("M01", f"{len(line)} octets in one line (limit 998)", n)
            break
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    if any(b > 126 for b in head):
        rep.fail("M01", "raw 8-bit octets in the header: use RFC 2047 encoded words")
    msg = email.message_from_bytes(raw, policy=email.policy.default)
    for hname in ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version"):
        n = len(msg.get_all(hname, []))
        if n != 1:
            rep.fail("M01", f"{hname} occurs {n} times")
    mid = str(msg.get("Message-ID", "")).strip()
    if mid and not re.match(r"<[^<>\s@]+@[^<>\s@]+>\Z", mid):
        rep.fail("M01", f"Message-ID {mid} is malformed")
    if re.search(r"@(localhost|127\.|[^>]*\.(local|internal))[^>]*>", mid):
        rep.warn("M01", f"Message-ID {mid} names a local host")
    if msg.get("Date") and not email.utils.parsedate(str(msg["Date"])):
        rep.fail("M01", "Date cannot be parsed")
    for p in msg.walk():
        for d in getattr(p, "defects", []):
            rep.fail("M01", f"MIME defect in {p.get_content_type()}: {type(d).__name__}")
    return msg


def check_alternative(rep, a):
    kinds = []
    for c in a.get_payload():
        t = c.get_content_type()
        if t == "multipart/related" and c.get_payload():
            t = c.get_payload()[0].get_content_type()
        kinds.append(t)
    for need in ("text/plain", "text/html"):
        if need not in kinds:
            rep.fail("M02", f"no {need} alternative")
    known = [k for k in kinds if k in ("text/plain", "text/html", "text/calendar")]
    if known != sorted(known, key=("text/plain", "text/html", "text/calendar").index):
        rep.fail("M02", f"order is {', '.join(kinds)}; must be text/plain, text/html, text/calendar (least to most faithful)")
    for c in a.walk():
        if c.get_content_type() in ("text/plain", "text/html") and not c.is_multipart():
            data, _ = payload(rep, c, c.get_content_type())
            if not data.strip():
                rep.fail("M02", f"{c.get_content_type()} alternative is empty")
            cs = (c.get_content_charset() or "us-ascii").lower()
            try:
                data.decode(cs)
            except (UnicodeDecodeError, LookupError):
                rep.fail("M04", f"{c.get_content_type()} is not {cs}")


def check_method(rep, evs, method, inbound):
    if len({e.uid for e in evs}) > 1:
        rep.fail("M07", "several UIDs in one scheduling message: RFC 5546 3.2 wants the same UID in all components")
    tab = TABLE.get(method)
    if tab is None:
        rep.fail("M07", f"METHOD {method or '(none)'} is not a scheduling method")
        tab = {}
    masters = [e for e in evs if not e.one("RECURRENCE-ID")]
    for e in evs:
        for n, (lo, hi) in tab.items():
            k = len(e.all(n))
            if k < lo or (hi is not None and k > hi):
                lv = "WARN" if inbound and n in ("ORGANIZER", "SEQUENCE") else "FAIL"
                want = str(lo) if hi == lo else f"{lo} or more" if hi is None else f"{lo} to {hi}"
                rep.add("M07", lv, f"{method}: {n} occurs {k} times, expected {want}", e.line)
        if method in ("CANCEL", "REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER") and any(c.name == "VALARM" for c in e.children):
            rep.fail("M07", f"{method} must not carry VALARM", e.line)
        st = (e.value("STATUS") or "").upper()
        if method == "REQUEST":
            if st == "CANCELLED":
                rep.fail("M07", "REQUEST with STATUS:CANCELLED: send METHOD:CANCEL (calcom/cal.diy#29706)", e.line)
            if not e.one("SEQUENCE"):
                rep.warn("M07", "REQUEST without SEQUENCE: write SEQUENCE:0", e.line)
            if e.one("RECURRENCE-ID") and masters:
                rep.warn("M07", "master and override in one REQUEST: Outlook applied the change only when the override came alone (nextcloud/calendar#4727)", e.line)
        if method == "CANCEL":
            if st and st != "CANCELLED":
                rep.fail("M07", f"CANCEL with STATUS:{st}", e.line)
            if not st:
                rep.info("M07", "CANCEL without STATUS: right when only this attendee is removed, else set STATUS:CANCELLED", e.line)
            if not e.all("ATTENDEE"):
                rep.warn("M07", "CANCEL without ATTENDEE: Nextcloud and others cannot match it", e.line)
        if method == "REPLY":
            ps = [(a.p("PARTSTAT") or "").upper() for a in e.all("ATTENDEE")]
            if not any(ps):
                rep.fail("M07", "REPLY without PARTSTAT", e.line)
            elif "NEEDS-ACTION" in ps:
                rep.fail("M07", "REPLY with PARTSTAT=NEEDS-ACTION", e.line)


def check_people(rep, msg, evs, method, group, inbound):
    frm, to, rt = addresses(msg, "From"), addresses(msg, "To"), addresses(msg, "Reply-To")
    orgs = {addr(e.one("ORGANIZER")) for e in evs if e.one("ORGANIZER")}
    if len(orgs) > 1:
        rep.fail("M08", f"several organizers: {', '.join(sorted(orgs))}")
    o = next((e.one("ORGANIZER") for e in evs if e.one("ORGANIZER")), None)
    org = addr(o)
    if method in FROM_ORGANIZER and org:
        if org in to:
            rep.fail("M08", "the organizer is the recipient: Outlook says 'as the meeting organizer you need not respond'")
        sent_by = (o.p("SENT-BY") or "").lower().removeprefix("mailto:")
        if org in frm:
            pass
        elif base(org) in [base(x) for x in frm]:
            rep.info("M08", f"ORGANIZER {org} is a sub-address of From {frm[0]}")
        elif org in rt:
            rep.warn("M08", f"From {frm} is not ORGANIZER {org} (only Reply-To is): Gmail then hides RSVP or ignores the CANCEL")
        elif sent_by and sent_by in frm:
            rep.warn("M08", f"From is the SENT-BY of ORGANIZER {org}: not every client accepts it")
        else:
            rep.fail("M08", f"ORGANIZER {org} is neither From {frm} nor Reply-To {rt}")
        if rt and org not in rt and base(org) not in [base(x) for x in rt]:
            rep.warn("M08", f"Reply-To {rt} differs from ORGANIZER {org}: human answers and RSVP go to different boxes")
        if not o.p("CN"):
            rep.warn("M08", "ORGANIZER without CN: clients show the bare address")
    atts = {addr(a): a for e in evs for a in e.all("ATTENDEE")}
    if method in FROM_ORGANIZER - {"PUBLISH", "DECLINECOUNTER"}:
        if len(to) != 1 and not group:
            rep.fail("M09", f"{len(to)} recipients in To: one message per person")
        if addresses(msg, "Cc") and not group:
            rep.fail("M09", "Cc discloses other people")
        for t in to:
            if t not in atts:
                rep.fail("M09", f"recipient {t} is not an ATTENDEE: Gmail and Outlook show no RSVP ('party crashing' in Thunderbird)")
        extra = [x for x in atts if x not in to and x != org]
        if extra and not group:
            rep.fail("M09", f"{len(extra)} other attendees are disclosed: {', '.join(extra[:3])}")
        for e in evs:
            al = e.all("ATTENDEE")
            if al and to and addr(al[0]) not in to:
                rep.warn("M09", "the first ATTENDEE is not the recipient: Nextcloud looks at the first only", al[0].line)
        for t in to:
            a = atts.get(t)
            if a is not None and method == "REQUEST":
                if not a.p("PARTSTAT"):
                    rep.warn("M09", "ATTENDEE without PARTSTAT", a.line)
                if (a.p("PARTSTAT") or "NEEDS-ACTION").upper() == "NEEDS-ACTION" and (a.p("RSVP") or "").upper() != "TRUE":
                    rep.fail("M09", "ATTENDEE without RSVP=TRUE: clients offer no answer", a.line)
    if method in FROM_ATTENDEE and len(atts) == 1:
        a, p = next(iter(atts.items()))
        sent_by = (p.p("SENT-BY") or "").lower().removeprefix("mailto:")
        if a not in frm:
            rep.fail("M09", f"{method} for {a} sent by {frm}" + (f" (SENT-BY {sent_by})" if sent_by else "")
                     + ": the sender may not answer for somebody else (RFC 6047 2.2.1)")


def sequence(reports, items):
    """items: [(path, msg, Comp)] in sending order; findings go to the report of the later message"""
    last, ids, uids = {}, {}, []
    for rep, (path, msg, cal) in zip(reports, items):
        rep.run("M10")
        if cal is None:
            continue
        mid = str(msg.get("Message-ID", ""))
        if mid in ids:
            rep.fail("M10", f"Message-ID already used by {ids[mid]}")
        ids[mid] = path
        method = (cal.value("METHOD") or "").upper()
        for e in cal.children:
            if e.name != "VEVENT":
                continue
            if uids and e.uid not in uids and method != "REQUEST":
                rep.warn("M10", f"{method} for UID {e.uid[:40]} that no earlier message used: the client cannot match it", e.line)
            uids.append(e.uid)
            if method not in ("REQUEST", "CANCEL", "ADD", "PUBLISH"):
                continue
            rid = e.one("RECURRENCE-ID")
            who = tuple(sorted(addresses(msg, "To")))
            whole = (e.uid, None, who)
            key = (e.uid, tuple(lines.instants(rid)) if rid else None, who)
            seq = int(e.value("SEQUENCE") or 0)
            stamp = e.value("DTSTAMP") or ""
            org = addr(e.one("ORGANIZER"))
            sig = {n: tuple(sorted((p.value, p.p("TZID")) for p in e.all(n))) for n in SIGNIFICANT}
            prev = last.get(key) or (last.get(whole) if rid else None)
            if prev:
                pm, ps, pst, psig, ppath, porg = prev
                same_key = key in last
                if seq < ps:
                    rep.fail("M10", f"SEQUENCE falls from {ps} ({ppath}) to {seq}", e.line)
                elif method in ("CANCEL", "ADD") and seq <= ps:
                    rep.fail("M10", f"{method} keeps SEQUENCE {seq}: must be incremented (RFC 5546 2.1.4)", e.line)
                elif method == "REQUEST" and pm == "CANCEL" and seq <= ps:
                    rep.fail("M10", f"REQUEST after CANCEL must exceed SEQUENCE {ps}", e.line)
                elif method == "REQUEST" and seq == ps and same_key:
                    ch = [n for n in SIGNIFICANT if sig[n] != psig[n]]
                    if ch:
                        rep.fail("M10", f"{', '.join(ch)} changed but SEQUENCE stays {seq}: clients ignore the update", e.line)
                if stamp < pst or (stamp == pst and seq == ps):
                    rep.fail("M10", f"DTSTAMP {stamp} does not advance beyond {pst}: it breaks ties between equal SEQUENCEs", e.line)
                if porg != org:
                    rep.fail("M10", f"ORGANIZER changed from {porg} to {org}: clients treat it as another event", e.line)
            last[key] = (method, seq, stamp, sig, path, org)
