"""Take the pictures of the documentation from a running demonstration.

    python3 run.py                                      # in one terminal, on a database of its own
    .venv/bin/python scripts/screenshots.py             # in another

Pictures are named after their page, width and theme and written to docs/images/.
"""

import argparse
import os
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
#: Page, width, theme, and its address, or the words of the link on the calendar's tour that leads there.
PICTURES = (
    ("calendar-month", "wide", "light", "/"),
    ("calendar-month", "wide", "dark", "/"),
    ("calendar-month", "phone", "light", "/"),
    ("calendar-agenda", "wide", "light", "/?view=agenda"),
    ("release", "wide", "light", "its way and what it waits for"),
)
WIDTHS = {"wide": (1440, 900), "phone": (360, 760)}


def main() -> None:
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        pages = {theme: _signed_in(browser, theme, options) for theme in ("light", "dark")}
        for name, width, theme, way in PICTURES:
            page = pages[theme]
            page.set_viewport_size({"width": WIDTHS[width][0], "height": WIDTHS[width][1]})
            if way.startswith("/"):
                page.goto(options.address + way)
            else:
                page.goto(options.address)
                page.locator(".tour").get_by_role("link", name=way).click()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png")
        browser.close()


def _signed_in(browser: Browser, theme: str, options: argparse.Namespace) -> Page:
    page = browser.new_page(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{options.address}/accounts/login/")
    page.fill("input[name=login]", options.email)
    page.fill("input[name=password]", options.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/accounts/login/" not in address)
    return page


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--email", default="pmo@demo.example")
    parser.add_argument("--password", default="demo")
    return parser.parse_args()


if __name__ == "__main__":
    main()
