"""What is checked, with its source, and the report of one target.

Part of an independent checker of calendars: it shares no code with eventsapp nor with any iCalendar library.
"""
from __future__ import annotations
import dataclasses

# id -> (title, source)
CHECKS: dict[str, tuple[str, str]] = {
    # bytes
    "B01": ("UTF-8, no BOM, no control characters", "RFC 5545 3.1.4, 3.3.11"),
    "B02": ("every line ends with CRLF, no bare CR or LF", "RFC 5545 3.1"),
    "B03": ("physical lines are at most 75 octets", "RFC 5545 3.1"),
    "B04": ("folding never splits a UTF-8 sequence", "RFC 5545 3.1"),
    "B05": ("content lines are well formed (name;param=value:value)", "RFC 5545 3.1, 3.2"),
    # structure
    "S01": ("BEGIN/END nest properly, exactly one VCALENDAR", "RFC 5545 3.4"),
    "S02": ("VCALENDAR has PRODID, VERSION:2.0 and at least one component", "RFC 5545 3.6"),
    "S03": ("components have their required properties, singletons occur once", "RFC 5545 3.6.1"),
    "S04": ("DTEND/DURATION exclusive, DTEND of DTSTART's type and after it", "RFC 5545 3.6.1, 3.8.2.2"),
    "S05": ("DTSTAMP, CREATED and LAST-MODIFIED are UTC", "RFC 5545 3.8.7"),
    "S06": ("(UID, RECURRENCE-ID) is unique, overrides have a master", "RFC 5545 3.8.4.7, 3.8.4.4"),
    "S07": ("RECURRENCE-ID, EXDATE and RDATE use DTSTART's type and TZID", "RFC 5545 3.8.4.4, 3.8.5; sabre-io/vobject#454"),
    "S08": ("RRULE is valid, UNTIL of the right type, DTSTART is its first instance", "RFC 5545 3.3.10, 3.8.5.3"),
    "S09": ("values are legal (dates, STATUS, GEO, SEQUENCE, addresses, ...)", "RFC 5545 3.3, 3.8"),
    "S10": ("TEXT values are escaped exactly once", "RFC 5545 3.3.11"),
    "S11": ("VALARM is complete", "RFC 5545 3.6.6, RFC 9074"),
    "S12": ("RFC 7986 properties carry the required VALUE, COLOR is a CSS3 name", "RFC 7986 5"),
    "Z01": ("each TZID used has exactly one VTIMEZONE, no floating times", "RFC 5545 3.2.19"),
    "Z02": ("VTIMEZONE agrees with tzdata at every transition in range", "RFC 5545 3.6.5"),
    "Z03": ("VTIMEZONE is of the form Outlook reads (yearly RRULE)", "MS-OXCICAL 2.1.3.1.1.19; iCalcreator/iCalcreator#86"),
    "O01": ("recurrences are of the form Outlook and Google read", "MS-OXCICAL 2.1.3.2.2; SparkDevNetwork/Rock#4112"),
    "U01": ("UIDs are opaque", "RFC 7986 5.3"),
    # feed
    "F01": ("feed METHOD is absent or PUBLISH, no scheduling data", "RFC 5546 3.2.1"),
    "F02": ("feed has a name and a refresh hint", "RFC 7986 5.1, 5.7"),
    # engines
    "E01": ("every implementation parses it", "ical.js, node-ical, ts-ics, libical, vobject, icalendar"),
    "E02": ("every implementation finds the same occurrences", "(UID, start UTC, end UTC)"),
    "E03": ("libical's iTIP restriction tables accept it", "RFC 5546 3.2 via icalrestriction_check"),
    # http
    "H01": ("200, text/calendar; charset=utf-8, no redirect", "RFC 5545 8.1"),
    "H02": ("two GETs give the same bytes", "nextcloud/server#58193"),
    "H03": ("ETag and 304 on If-None-Match", "RFC 9110 13.1.2"),
    "H04": ("Last-Modified and If-Modified-Since", "RFC 9110 13.1.3; jsenecal/netbox-notices#67"),
    "H05": ("gzip when asked, identity when not, Vary", "RFC 9110 12.5.3"),
    "H06": ("HEAD answers like GET, without a body", "RFC 9110 9.3.2"),
    "H07": ("Cache-Control fits the feed's privacy", "RFC 9111 5.2"),
    "H08": ("no cookie is set", "RFC 6265"),
    "H09": ("real clients' request headers are all served", "aaronpk/Meetable#138"),
    "H10": ("robots.txt lets calendar importers in", "TracksApp/tracks#1252"),
    "H11": ("other methods and headers are harmless", "RFC 9110 15.5.6"),
    # mail
    "M01": ("message is well formed: headers, encodings, line length", "RFC 5322, RFC 2045"),
    "M02": ("multipart/alternative holds text/plain, text/html, then text/calendar", "RFC 6047 2.4; MS-OXCMAIL 2.1.3.3.8.2"),
    "M03": ("method parameter equals METHOD", "RFC 6047 2.4"),
    "M04": ("charset is UTF-8", "RFC 6047 2.4"),
    "M05": ("content-transfer-encoding of the calendar part is valid and safe", "RFC 6047 2.5"),
    "M06": ("calendar part is inline; the .ics copy is identical", "betagouv/rdv-service-public#686; nodemailer/nodemailer#1202"),
    "M07": ("properties fit the METHOD", "RFC 5546 3.2"),
    "M08": ("ORGANIZER is one mailto: equal to From (or Reply-To), not the recipient", "RFC 6047 2.3; nextcloud/server Manager.php"),
    "M09": ("ATTENDEE is the recipient, and nobody else is disclosed", "RFC 6047 2.3"),
    "M10": ("SEQUENCE, DTSTAMP, UID and Message-ID progress correctly", "RFC 5546 2.1.4, 2.1.5"),
}


LENIENT_INBOUND = {"B01", "B02", "B03", "B04", "B05", "S05", "S10", "Z01", "Z02", "U01", "M01", "M04", "M05", "E02"}


@dataclasses.dataclass
class Finding:
    check: str
    level: str           # FAIL | WARN | INFO
    message: str
    line: int | None = None


class Report:
    def __init__(self, target: str, kind: str):
        self.target, self.kind = target, kind
        self.inbound = False
        self.ran: dict[str, None] = {}
        self.findings: list[Finding] = []
        self.engines: dict[str, dict] = {}
        self.data: dict = {}

    def run(self, *ids):
        for i in ids:
            self.ran.setdefault(i)

    def add(self, check, level, message, line=None):
        assert check in CHECKS, check
        if self.inbound and level == "FAIL" and check in LENIENT_INBOUND:
            level = "WARN"       # be liberal in what we accept: the sender is somebody else's program
        self.ran.setdefault(check)
        f = Finding(check, level, message, line)
        if f not in self.findings:
            self.findings.append(f)

    def fail(self, check, message, line=None):
        self.add(check, "FAIL", message, line)

    def warn(self, check, message, line=None):
        self.add(check, "WARN", message, line)

    def info(self, check, message, line=None):
        self.add(check, "INFO", message, line)

    def status(self, cid):
        lv = {f.level for f in self.findings if f.check == cid}
        return "FAIL" if "FAIL" in lv else "WARN" if "WARN" in lv else "PASS"

    def ok(self, strict=False):
        bad = ("FAIL", "WARN") if strict else ("FAIL",)
        return not any(f.level in bad for f in self.findings)

    def as_dict(self, strict=False):
        return {
            "target": self.target, "kind": self.kind, "ok": self.ok(strict),
            "checks": [{"id": c, "title": CHECKS[c][0], "source": CHECKS[c][1], "status": self.status(c),
                        "findings": [{k: v for k, v in dataclasses.asdict(f).items() if v is not None and k != "check"}
                                     for f in self.findings if f.check == c]} for c in CHECKS if c in self.ran],
            "engines": self.engines, **self.data,
        }

    def text(self, strict=False, verbose=False):
        out = [f"== {self.kind} {self.target}"]
        for c in CHECKS:
            if c not in self.ran:
                continue
            fs = [f for f in self.findings if f.check == c]
            st = self.status(c)
            out.append(f"{st:4}  {c}  {CHECKS[c][0]}" + ("" if st == "PASS" else f"   [{CHECKS[c][1]}]"))
            shown = fs if verbose else [f for f in fs if f.level != "INFO"][:6] + [f for f in fs if f.level == "INFO"][:2]
            for f in shown:
                out.append(f"        {f.level:4}{f' line {f.line}:' if f.line else ''} {f.message}")
            if len(fs) > len(shown):
                out.append(f"        ... {len(fs) - len(shown)} more (use -v)")
        if self.engines:
            out.append("      engines: " + ", ".join(
                f"{n} {e.get('version') or ''}".strip() + (f" {e['occurrences']} occ." if e.get("occurrences") is not None else "")
                + ("" if e.get("ok") else " (missing)" if e.get("missing") else " (FAILED)") for n, e in self.engines.items()))
        nf = sum(f.level == "FAIL" for f in self.findings)
        nw = sum(f.level == "WARN" for f in self.findings)
        out.append(f"{'OK' if self.ok(strict) else 'NOT OK'}: {nf} failures, {nw} warnings")
        return "\n".join(out)
