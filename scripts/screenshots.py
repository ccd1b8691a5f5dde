"""Take the pictures of the documentation from a running demonstration.

    python3 run.py                                      # in one terminal, on a database of its own
    .venv/bin/python scripts/screenshots.py             # in another

Pictures are named after their page, width and theme and written to docs/images/.
"""

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
NEXT_MONTH = f"{datetime.now(UTC).replace(day=1) + timedelta(days=32):%Y-%m-01}"
PMO, RELEASE_MANAGER, APPROVER = "pmo", "release", "security"
#: Page, width, theme, who looks, an address, and the words of the links to follow from there one after another.
PICTURES = (
    ("calendar-month", "wide", "light", PMO, "/", ()),
    ("calendar-month", "wide", "dark", PMO, "/", ()),
    ("calendar-month", "phone", "light", PMO, "/", ()),
    ("calendar-agenda", "wide", "light", PMO, "/?view=agenda", ()),
    ("agenda-live", "wide", "light", PMO, f"/?view=month&date={NEXT_MONTH}", ("live in",)),
    ("release", "wide", "light", PMO, "/", ("its way and what it waits for",)),
    ("waiting", "wide", "light", APPROVER, "/approvals/", ()),
    ("plan-route", "wide", "light", RELEASE_MANAGER, "/releases/?status=draft&q=kiosks", ("Ticket kiosks", "Plan the route")),
)
WIDTHS = {"wide": (1440, 900), "phone": (360, 760)}


def main() -> None:
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        pages: dict[tuple[str, str], Page] = {}
        for name, width, theme, who, address, links in PICTURES:
            if options.only and name not in options.only:
                continue
            page = pages[who, theme] = pages.get((who, theme)) or _signed_in(browser, who, theme, options)
            page.set_viewport_size({"width": WIDTHS[width][0], "height": WIDTHS[width][1]})
            page.goto(options.address + address)
            for words in links:
                page.get_by_role("link", name=words).first.click()
                page.wait_for_load_state("networkidle")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png")
        browser.close()


def _signed_in(browser: Browser, who: str, theme: str, options: argparse.Namespace) -> Page:
    page = browser.new_page(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{options.address}/accounts/login/")
    page.fill("input[name=login]", f"{who}@demo.example")
    page.fill("input[name=password]", options.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/accounts/login/" not in address)
    return page


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--password", default="demo")
    parser.add_argument("--only", nargs="*", help="the names of the pictures to take; all of them when left out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
