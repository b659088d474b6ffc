"""A visitor over real HTTP: cookies, forms, and the way a family takes to register."""

from __future__ import annotations

import html
import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

_FIELD = re.compile(r'<input[^>]*name="csrf_token"[^>]*value="([^"]+)"')


def token_in(page: str) -> str:
    """The CSRF token of the first form of a page."""
    token = _FIELD.search(page)
    if token is None:
        raise RuntimeError("no form on this page")
    return html.unescape(token.group(1))


class _Stay(HTTPRedirectHandler):
    """Follows nothing: the request that redirects is measured by itself."""

    def redirect_request(self, *args: object) -> None:
        return None


class Visitor:
    """Opens pages, keeps cookies, sends forms with their token."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()), _Stay())
        self.page = ""
        self.path = ""

    def get(self, path: str, **headers: str) -> int:
        """Opens a page; gives the bytes received."""
        return self._open(Request(self.address + path, headers=headers))

    def post(self, path: str, **fields: str) -> int:
        """Sends a form of the page that is open, with its token; `path` is then where it leads."""
        data = urlencode({"csrf_token": token_in(self.page), **fields}).encode()
        return self._open(Request(self.address + path, data=data))

    def _open(self, request: Request) -> int:
        try:
            with self.opener.open(request, timeout=30) as answer:
                body: bytes = answer.read()
                self.path = answer.url.removeprefix(self.address)
        except HTTPError as answer:
            if answer.code not in {303, 304}:
                raise
            self.path = answer.headers.get("Location", "").removeprefix(self.address)
            return 0
        self.page = body.decode("utf-8", "replace")
        return len(body)
