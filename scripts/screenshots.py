"""Take the pictures of the documentation from a running Releasecal.

    python3 run.py --no-demo            # in one terminal; then import what the pictures shall show
    .venv/bin/python scripts/screenshots.py --email admin@demo.example --password …

Pictures are named after their page and theme and written to docs/images/.
"""

import argparse
import os
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PAGES = {
    "calendar-month": "/?view=month&date=2026-03-01",
    "calendar-agenda": "/?view=agenda&date=2026-03-01",
    "releases": "/releases/",
}
WIDTHS = {"wide": (1440, 900), "phone": (360, 760)}


def main() -> None:
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for theme in ("light", "dark"):
            page = _signed_in(browser, theme, options)
            for name, address in PAGES.items():
                for width, size in WIDTHS.items():
                    page.set_viewport_size({"width": size[0], "height": size[1]})
                    page.goto(options.address + address)
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png")
        browser.close()


def _signed_in(browser: Browser, theme: str, options: argparse.Namespace) -> Page:
    page = browser.new_page(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{options.address}/accounts/login/")
    page.fill("input[name=login]", options.email)
    page.fill("input[name=password]", options.password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{options.address}/**")
    return page


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--email", required=True)
    parser.add_argument("--password", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
