"""How a feed answers over HTTP; talks to loopback addresses only.

Part of an independent checker of calendars: it shares no code with eventsapp nor with any iCalendar library.
"""
from __future__ import annotations
import email.utils, gzip, http.client, ipaddress, time, urllib.parse, urllib.robotparser

CLIENTS = {   # request headers in the manner of the real programs (what they send and leave out)
    "Google Calendar": {"User-Agent": "Google-Calendar-Importer", "Accept-Encoding": "gzip"},          # no Accept at all
    "Apple Calendar": {"User-Agent": "macOS/14.5 (23F79) CalendarAgent/988", "Accept": "*/*", "Accept-Encoding": "gzip, deflate, br"},
    "Outlook": {"User-Agent": "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0)", "Accept": "text/calendar, */*"},
    "Thunderbird": {"User-Agent": "Mozilla/5.0 Thunderbird/128.0", "Accept": "text/calendar,text/plain;q=0.8,*/*;q=0.5"},
    "Nextcloud": {"User-Agent": "Nextcloud Webcal Service", "Accept": "text/calendar, application/calendar+json, application/calendar+xml"},
    "vdirsyncer": {"User-Agent": "vdirsyncer/0.20", "Accept": "*/*"},
    "ICSx5": {"User-Agent": "ICSx5/2.2", "Accept": "text/calendar, */*;q=0.9"},
}


class Refused(Exception):
    pass


def loopback(url):
    u = urllib.parse.urlsplit(url)
    h = u.hostname or ""
    try:
        ok = h == "localhost" or ipaddress.ip_address(h).is_loopback
    except ValueError:
        ok = False
    if u.scheme != "http" or not ok:
        raise Refused(f"{url}: only http:// URLs on a loopback address are fetched")
    return u


def req(url, method="GET", headers=None):
    u = loopback(url)
    c = http.client.HTTPConnection(u.hostname, u.port or 80, timeout=30)
    path = (u.path or "/") + ("?" + u.query if u.query else "")
    c.putrequest(method, path, skip_accept_encoding=True)
    for k, v in (headers or {}).items():
        c.putheader(k, v)
    c.endheaders()
    r = c.getresponse()
    body = r.read()
    c.close()
    return r.status, r.headers, body


def get(h, k, d=""):
    return h.get(k) or d


def check(rep, url, private=False, between=lambda: None):
    rep.run("H01", "H02", "H03", "H04", "H05", "H06", "H07", "H08", "H09", "H10", "H11")
    base = {"User-Agent": "ics-check", "Accept": "text/calendar, */*"}
    st, h, body = req(url, headers=base)
    if st in (301, 302, 303, 307, 308):
        rep.fail("H01", f"{st} redirect to {get(h, 'Location')}: several clients do not follow, and a login page is not a calendar")
        url = urllib.parse.urljoin(url, get(h, "Location"))
        st, h, body = req(url, headers=base)
    if st != 200:
        rep.fail("H01", f"status {st}")
        return None
    ct = get(h, "Content-Type").lower().replace('"', "").replace(" ", "")
    if ct.split(";")[0] != "text/calendar":
        rep.fail("H01", f"Content-Type is {get(h, 'Content-Type')!r}")
    elif "charset=utf-8" not in ct:
        rep.fail("H01", f"no charset=utf-8 in {get(h, 'Content-Type')!r}: text/* defaults to ASCII and accents break")
    if not urllib.parse.urlsplit(url).path.endswith(".ics"):
        rep.warn("H01", "the path does not end in .ics: some clients go by the suffix")
    if get(h, "Content-Disposition").lower().startswith("attachment"):
        rep.warn("H01", "Content-Disposition: attachment on a subscription URL")
    if get(h, "X-Content-Type-Options").lower() != "nosniff":
        rep.warn("H11", "no X-Content-Type-Options: nosniff")
    cookies = bool(h.get("Set-Cookie"))

    between()                                          # a second passes: DTSTAMP:now shows itself
    _, h2, body2 = req(url, headers=base)
    if body2 != body:
        a, b = body.splitlines(), body2.splitlines()
        d = next((x for x, y in zip(a, b) if x != y), b"length")
        rep.fail("H02", f"two requests differ, first at {d[:40]!r}: DTSTAMP, CREATED and UID must come from the data, not from the clock")

    et = get(h2, "ETag")
    if not et:
        rep.fail("H03", "no ETag")
    else:
        if not (et.startswith('"') or et.startswith('W/"')) or not et.endswith('"'):
            rep.fail("H03", f"malformed ETag {et}")
        s, hh, b = req(url, headers={**base, "If-None-Match": et})
        cookies |= bool(hh.get("Set-Cookie"))
        if s != 304:
            rep.fail("H03", f"If-None-Match with the current ETag gives {s}")
        else:
            if b:
                rep.fail("H03", "304 with a body")
            if get(hh, "ETag") != et:
                rep.fail("H03", "the 304 does not repeat the ETag")
            for k in ("Cache-Control", "Vary"):
                if h.get(k) and not hh.get(k):
                    rep.warn("H03", f"the 304 drops {k}")
        s, _, b = req(url, headers={**base, "If-None-Match": '"stale-tag"'})
        if s != 200:
            rep.fail("H03", f"If-None-Match with another tag gives {s}")
        weak = et[2:] if et.startswith("W/") else "W/" + et
        s, _, _ = req(url, headers={**base, "If-None-Match": f'"zz", {weak}'})
        if s != 304:
            rep.warn("H03", f"If-None-Match with a list and weak comparison gives {s}")

    lm = get(h2, "Last-Modified")
    if not lm:
        rep.fail("H04", "no Last-Modified")
    else:
        t = email.utils.parsedate_to_datetime(lm) if email.utils.parsedate(lm) else None
        if not t or not lm.endswith("GMT"):
            rep.fail("H04", f"Last-Modified {lm!r} is not an HTTP date")
        else:
            if t.timestamp() > time.time() + 5:
                rep.fail("H04", "Last-Modified is in the future")
            s, hh, b = req(url, headers={**base, "If-Modified-Since": lm})
            if s != 304:
                rep.fail("H04", f"If-Modified-Since with the same date gives {s}")
            old = email.utils.formatdate(max(0, t.timestamp() - 86400 * 365), usegmt=True)
            s, _, b = req(url, headers={**base, "If-Modified-Since": old})
            if s != 200:
                rep.fail("H04", f"If-Modified-Since a year earlier gives {s}: subscribers never see updates")
            s, _, b = req(url, headers={**base, "If-Modified-Since": "not a date"})
            if s != 200:
                rep.fail("H04", f"an unparseable If-Modified-Since gives {s}")
            if et:
                s, _, _ = req(url, headers={**base, "If-Modified-Since": lm, "If-None-Match": '"stale-tag"'})
                if s != 200:
                    rep.fail("H04", f"a stale If-None-Match with a fresh If-Modified-Since gives {s}: If-None-Match must win")

    if h.get("Content-Encoding"):
        rep.fail("H05", f"Content-Encoding {h.get('Content-Encoding')} though none was asked for (markuspoerschke/iCal#541)")
    s, hz, bz = req(url, headers={**base, "Accept-Encoding": "gzip"})
    if get(hz, "Content-Encoding") != "gzip":
        (rep.warn if len(body) < 1400 else rep.fail)("H05", "Accept-Encoding: gzip is ignored")
    else:
        try:
            if gzip.decompress(bz) != body2:
                rep.fail("H05", "the gzip body differs from the plain one")
        except (OSError, EOFError) as e:
            rep.fail("H05", f"the gzip body is broken: {e}")
        if "accept-encoding" not in get(hz, "Vary").lower() and "*" not in get(hz, "Vary"):
            rep.fail("H05", "no Vary: Accept-Encoding")
        ez = get(hz, "ETag")
        if ez and ez == et and not ez.startswith("W/"):
            rep.warn("H05", "the same strong ETag for two encodings: use a weak one or add a suffix (RFC 9110 8.8.3.3)")
        if ez:
            s, _, _ = req(url, headers={**base, "Accept-Encoding": "gzip", "If-None-Match": ez})
            if s != 304:
                rep.fail("H05", f"the ETag of the gzip answer is not honoured ({s})")
    s, hz, bz = req(url, headers={**base, "Accept-Encoding": "gzip;q=0, identity"})
    if hz.get("Content-Encoding"):
        rep.fail("H05", "gzip sent although gzip;q=0")

    s, hh, b = req(url, "HEAD", base)
    if s != 200:
        rep.fail("H06", f"HEAD gives {s}")
    else:
        if b:
            rep.fail("H06", "HEAD has a body")
        for k in ("Content-Type", "ETag", "Last-Modified", "Cache-Control"):
            if get(hh, k) != get(h2, k):
                rep.fail("H06", f"HEAD {k} {get(hh, k)!r} differs from GET {get(h2, k)!r}")
        if hh.get("Content-Length") and int(hh["Content-Length"]) != len(body2):
            rep.fail("H06", f"HEAD Content-Length {hh['Content-Length']} instead of {len(body2)}")

    cc = get(h, "Cache-Control").lower()
    if not cc:
        rep.fail("H07", "no Cache-Control")
    if private:
        if "private" not in cc and "no-store" not in cc:
            rep.fail("H07", f"a personal feed must be private: {cc!r}")
        if "public" in cc:
            rep.fail("H07", "a personal feed is marked public")
        if "noindex" not in get(h, "X-Robots-Tag").lower():
            rep.warn("H07", "no X-Robots-Tag: noindex on a secret URL")
        if get(h, "Referrer-Policy").lower() not in ("no-referrer", "same-origin", "strict-origin"):
            rep.warn("H07", "no Referrer-Policy: no-referrer on a secret URL")
    elif "no-store" in cc:
        rep.warn("H07", "no-store defeats 304s for a public feed")
    if "max-age=" in cc:
        try:
            if int(cc.split("max-age=")[1].split(",")[0]) > 86400:
                rep.warn("H07", "max-age above one day delays cancellations")
        except ValueError:
            rep.fail("H07", f"bad max-age in {cc!r}")

    for name, hd in CLIENTS.items():
        s, hh, b = req(url, headers=hd)
        cookies |= bool(hh.get("Set-Cookie"))
        if s != 200:
            rep.fail("H09", f"{name}: status {s}")
        elif not get(hh, "Content-Type").lower().startswith("text/calendar"):
            rep.fail("H09", f"{name}: {get(hh, 'Content-Type')}")
    if cookies:
        rep.fail("H08", "Set-Cookie on a feed: uncacheable, and a tracker")

    u = urllib.parse.urlsplit(url)
    s, _, b = req(f"http://{u.netloc}/robots.txt")
    if s == 200:
        rp = urllib.robotparser.RobotFileParser()
        rp.parse(b.decode("utf-8", "replace").splitlines())
        if not rp.can_fetch("Google-Calendar-Importer", url):
            rep.fail("H10", f"robots.txt forbids {u.path} to Google-Calendar-Importer: Google Calendar then refuses the feed")
        elif not rp.can_fetch("*", url):
            rep.info("H10", f"robots.txt forbids {u.path} to robots in general, calendar importers are let in")
    elif s >= 500:
        rep.fail("H10", f"robots.txt gives {s}")

    for m in ("OPTIONS", "PROPFIND", "POST"):
        s, hh, b = req(url, m, {**base, "Content-Length": "0"})
        if s >= 500 and s != 501:
            rep.fail("H11", f"{m} gives {s}")
        elif m != "OPTIONS" and s not in (400, 401, 403, 404, 405, 415, 501):
            rep.warn("H11", f"{m} gives {s} instead of 405")
    return body2
