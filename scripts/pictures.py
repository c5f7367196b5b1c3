"""Take the README's pictures anew from a running server, for when its pages have changed.

.venv/bin/python scripts/pictures.py http://127.0.0.1:8000
"""

import base64
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
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
PIXELS = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Blob([context.getImageData(0, 0, image.width, image.height).data]);
  const reader = new FileReader();
  await new Promise((read) => { reader.onload = read; reader.readAsDataURL(pixels); });
  return reader.result.split(",")[1];
}"""


def main(server: str) -> None:
    """Write each picture to `docs/`."""
    located = subprocess.run([ROOT / "scripts" / "browser"], capture_output=True, text=True, check=True)
    with sync_playwright() as playwright:
        options = {"executable_path": located.stdout.strip(), "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)  # type: ignore[arg-type]
        blank = browser.new_page()
        for name, address in PICTURES.items():
            page = browser.new_page(viewport=WINDOW, color_scheme="light")  # type: ignore[arg-type]
            page.goto(server + address)
            _settle(page)
            (ROOT / "docs" / f"{name}.png").write_bytes(_packed(blank, page.screenshot()))
            page.close()
        browser.close()


def _packed(blank: Page, png: bytes) -> bytes:
    """The same pixels in three quarters of the bytes: flat areas and letters pack best without a filter of PNG."""
    width, height = WINDOW["width"], WINDOW["height"]
    told = base64.b64decode(blank.evaluate(PIXELS, base64.b64encode(png).decode()))
    pixels = np.frombuffer(told, np.uint8).reshape(height, width, 4)[:, :, :3]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = {b"IHDR": header, b"IDAT": zlib.compress(rows.tobytes(), 9), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, content) for name, content in parts.items())


def _part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


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
