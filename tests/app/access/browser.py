"""A browser without a screen: keeps cookies, fills in the forms of pages and says where it posts from."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.app.access.world import PASSWORD, World

# What a file is called that a browser sends: a name with a path, and with letters that turn the direction of reading.
NAME = "../../Daw Khin \u202efdp.exe"


@dataclass
class FormSeen:
    """One form of a page: where it posts to, and what it would post as it stands."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[FormSeen] = []
        self.inside = False
        # The text area or list that is being read.
        self.writing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert given["method"] == "post", given
            self.found.append(FormSeen(given["action"]))
            self.inside = True
        elif given.get("type") == "file" or (given.get("type") in ("checkbox", "radio") and "checked" not in given):
            return
        elif tag == "input" and self.inside:
            self.found[-1].fields[given["name"]] = given["value"]
        elif tag in ("textarea", "select") and self.inside:
            self.writing = given["name"]
            self.found[-1].fields[self.writing] = ""
        elif tag == "option" and self.inside and "selected" in given:
            self.found[-1].fields[self.writing] = given["value"]

    def handle_data(self, data: str) -> None:
        if self.writing and self.lasttag == "textarea":
            self.found[-1].fields[self.writing] += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"
        if tag in ("textarea", "select"):
            self.writing = ""


def forms_of(html: str) -> list[FormSeen]:
    """Every form of a page."""
    reader = _Forms()
    reader.feed(html)
    return reader.found


class Browser:
    """Looks at pages and sends their forms; redirects are followed by hand, one at a time."""

    def __init__(self, program: FastAPI, base: str = "http://localhost") -> None:
        self.base = base
        self.client = TestClient(
            program, base_url=base, follow_redirects=False, raise_server_exceptions=False,
            headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
        )  # fmt: skip
        self.last: Any = None

    def get(self, path: str, **headers: str) -> Any:
        """Look at a page."""
        self.last = self.client.get(path, headers=headers)
        return self.last

    def form(self, action: str) -> FormSeen:
        """The form of the last page that posts to ``action``."""
        return next(form for form in forms_of(self.last.text) if form.action == action)

    def post(self, path: str, fields: dict[str, Any], **headers: str) -> Any:
        """Post exactly these fields, from our own origin unless another is given ("" for none).

        A field of bytes is a file, and makes the form one that carries files.
        """
        sent = {"Origin": self.base, **{name.replace("_", "-"): value for name, value in headers.items()}}
        sent = {name: value for name, value in sent.items() if value}
        files = {name: (NAME, value) for name, value in fields.items() if isinstance(value, bytes)}
        told = {name: value for name, value in fields.items() if name not in files}
        self.last = self.client.post(path, data=told, headers=sent, **({"files": files} if files else {}))
        return self.last

    def send(self, action: str, **typed: Any) -> Any:
        """Fill in the form of the last page that posts to ``action``, and send it."""
        return self.post(action, {**self.form(action).fields, **typed})

    def follow(self) -> Any:
        """Go where the last answer says."""
        assert self.last.status_code == 303, self.last.text
        return self.get(self.last.headers["location"])

    def sign_in(self, login: str, password: str = PASSWORD) -> Any:
        """Through the sign-in page to the first page of the account."""
        self.get("/sign-in")
        return self.send("/sign-in", username=login, password=password)

    @property
    def cookie(self) -> str | None:
        """The value of the session's cookie."""
        for name in ("demo-waymark", "__Host-waymark"):
            if name in self.client.cookies:
                return str(self.client.cookies[name])
        return None


def browser_of(world: World, login: str | None = None, base: str = "http://localhost") -> Browser:
    """A fresh browser, signed in as ``login`` and standing on the page of the account."""
    browser = Browser(world.app, base)
    if login is not None:
        assert browser.sign_in(login).status_code == 303, browser.last.text
        browser.get("/me")
    return browser
