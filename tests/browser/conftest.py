"""A real browser, a live server, and what every page is held to. A machine without a browser fails these tests; it never skips them."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

#: Chromium of the machine first; without one, the browser that `playwright install chromium` brought.
CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
#: Milliseconds until what a page was to show or to do counts as missing; a machine may be busy.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
WIDTHS = (360, 768, 1440)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
#: Themes differ in their colours and in nothing else, so that the other rules say the same of both.
RULES_OF: dict[str, dict[str, Any]] = {
    "light": AXE_RULES,
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "resultTypes": ["violations"]},
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's synchronous interface keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A person with a browser: where they are, and what the browser complained about."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def sign_out(self) -> None:
        """Be nobody again, on a silent console."""
        self.page.context.clear_cookies()
        self.complaints.clear()

    def sign_in(self, user: Any) -> None:
        """Carry the session of `user`, as their browser would after they gave their password a moment ago."""
        # Imported here, since this file is read before Django is set up.
        from allauth.account.internal.flows.login import record_authentication

        client = Client()
        client.force_login(user)
        request = RequestFactory().get("/")
        request.session = client.session
        record_authentication(request, user, method="password", reauthenticated=True)
        request.session.save()
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base}])

    def go(self, address: str, status: int = 200) -> Page:
        """Open an address of the site, which must answer with `status`."""
        response = self.page.goto(self.base + address)
        assert response is not None
        assert response.status == status, f"{address} answered {response.status}"
        if status >= 400:  # the browser reports the page itself as a failed resource
            self.complaints.clear()
        return self.page

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def without_scripts(self) -> None:
        """Go on in a browser that runs no scripts of the site."""
        browser = self.page.context.browser
        assert browser is not None
        self.page.context.close()
        self.page = browser.new_context(viewport={"width": 1440, "height": 900}, java_script_enabled=False).new_page()

    def check_now(self) -> None:
        """No accessibility violation in what is shown at this moment."""
        self.page.evaluate(AXE.read_text())
        assert (found := self.axe()) == [], "\n".join(found)

    def check(self) -> None:
        """No accessibility violation in either theme at any width, nothing beside the page, and a silent console."""
        faults = self.faults()
        assert faults == [], "\n".join(faults)

    def faults(self) -> list[str]:
        """What `check` would refuse about the page that is open."""
        self.page.evaluate(AXE.read_text())
        found: list[str] = []
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            # What the head happens to lie over, where an address led into the midst of a page, is no smaller for that.
            self.page.evaluate("window.scrollTo(0, 0)")
            excess = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if excess > 0:
                found.append(f"at {width}: {excess} px stand out to the right")
            for theme in THEMES:
                self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                found += [f"at {width} {theme}: {violation}" for violation in self.axe(RULES_OF[theme])]
        return found + self.complaints

    def axe(self, rules: dict[str, Any] = AXE_RULES) -> list[str]:
        result: dict[str, Any] = self.page.evaluate("rules => axe.run(document, rules)", rules)
        return [
            f"{violation['id']} ({violation['help']}): {node['target']} {node.get('failureSummary', '')}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Visit]:
    """A fresh browser profile at the live server, signed in as nobody."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    visit = Visit(context.new_page(), live_server.url)
    visit.page.set_default_timeout(PATIENCE)
    visit.page.on("console", visit.hear)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    yield visit
    visit.page.context.close()


@pytest.fixture
def specimen(visit: Visit, settings: Any) -> Visit:
    """The visit, with the specimen's pages in place of the product's."""
    settings.ROOT_URLCONF = "tests.browser.specimen.urls"
    return visit
