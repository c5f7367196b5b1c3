"""Moves on a page in headless Chromium, each timed from its event to the frame after everything was drawn."""

import argparse
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

WARM_UP = 5  # moves that are not counted
PAINTED = """const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const next = new MessageChannel();
    next.port1.onmessage = done;
    next.port2.postMessage(null);
  }));"""
"""JavaScript: `await painted()` ends with the next frame."""


def options(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


@contextmanager
def running_browser() -> Iterator[Browser]:
    executable = subprocess.run(["scripts/browser"], check=True, capture_output=True, text=True).stdout.strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, address: str, drawn: str) -> Page:
    """A page of 1280 × 900 once the condition `drawn` holds."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    page.wait_for_function(drawn)
    return page


def report(what: str, runs: list[list[float]]) -> None:
    medians = [statistics.median(run) for run in runs]
    p95s = [sorted(run)[int(0.95 * len(run))] for run in runs]
    print(
        f"{what}: median {statistics.median(medians):.0f} ms, p95 {statistics.median(p95s):.0f} ms "
        f"(medians of {len(runs)} runs of {len(runs[0])} moves; p95s {', '.join(f'{p:.0f}' for p in p95s)})",
        flush=True,
    )
