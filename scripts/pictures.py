"""Take the README's pictures anew from a running server, for when its pages have changed.

.venv/bin/python scripts/pictures.py http://127.0.0.1:8000
"""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
WINDOW = {"width": 1280, "height": 800}
PICTURES = {
    "playground": "/?step=y",
    "derivation": "/derivation?step=var",
    "network": "/network?disturb_layer=1&disturb_factor=3",
    "batch-size": "/batch-size?deal=200",
    "norms": "/norms",
    "training": "/training?step=300",
    "doctor": "/doctor?norm=layer1.bn1",
    "gradient-check": "/gradient-check",
}
"""What each picture in `docs/` shows: a page's first screen, its stage."""


def main(server: str) -> None:
    """Write each picture to `docs/`."""
    located = subprocess.run([ROOT / "scripts" / "browser"], capture_output=True, text=True, check=True)
    with sync_playwright() as playwright:
        options = {"executable_path": located.stdout.strip(), "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)  # type: ignore[arg-type]
        for name, address in PICTURES.items():
            page = browser.new_page(viewport=WINDOW, color_scheme="light")  # type: ignore[arg-type]
            page.goto(server + address)
            _settle(page)
            page.screenshot(path=ROOT / "docs" / f"{name}.png")
            page.close()
        browser.close()


def _settle(page: Page) -> None:
    """Wait until the view is there and its figures in sight are drawn."""
    page.wait_for_function("() => document.getElementById('view')?.getAttribute('aria-busy') !== 'true'")
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        """() => [...document.querySelectorAll("[data-figure]:not([hidden]) .plot")]
          .filter((plot) => plot.checkVisibility())
          .filter((plot) => plot.getBoundingClientRect().top < innerHeight && plot.getBoundingClientRect().bottom > 0)
          .every((plot) => plot.querySelector(".main-svg"))"""
    )


if __name__ == "__main__":
    main(sys.argv[1])
