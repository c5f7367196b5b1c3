"""How long a step, an edit and a dragged cell of the derivation take to be repainted.

    python -m benchmarks.derivation [--moves 60] [--runs 5]

Headless Chromium at 1280 × 900 on the same machine as the server; a batch of 8 × 6, the largest. A step is timed from
the key to the frame after it; a drag from the pointer's move to the frame after the answer has been written and the
plots on screen redrawn. Every number of a drag is a new one, so that no answer comes from the cache.
"""

import argparse
import statistics
import subprocess
from collections.abc import Callable

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks._server import running_server

VIEW = "/derivation?step=x&values=" + ";".join(
    ",".join(str((7 * j + 3 * i * i) % 11 + 0.5 * i) for i in range(6)) for j in range(8)
)
DRAWN = "document.getElementById('view').getAttribute('aria-busy') === 'false' && window.Plotly"
PAINTED = """const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const next = new MessageChannel();
    next.port1.onmessage = done;
    next.port2.postMessage(null);
  }));"""
STEP = f"""async (key) => {{
  {PAINTED}
  const start = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true }}));
  await painted();
  return performance.now() - start;
}}"""
PRESS = """() => {
  const cell = document.querySelector('#grid-values input[data-example="3"][data-feature="2"]');
  cell.setPointerCapture = () => {};
  cell.dispatchEvent(new PointerEvent("pointerdown", { clientY: 500, button: 0, pointerId: 1, bubbles: true }));
}"""
DRAG = f"""async (up) => {{
  {PAINTED}
  const cell = document.querySelector('#grid-values input[data-example="3"][data-feature="2"]');
  const drawn = new Promise((done) => addEventListener("figures-drawn", done, {{ once: true }}));
  const start = performance.now();
  cell.dispatchEvent(new PointerEvent("pointermove", {{ clientY: 500 - up, pointerId: 1, bubbles: true }}));
  await drawn;
  await painted();
  return performance.now() - start;
}}"""


def main() -> None:
    options = _options()
    executable = subprocess.run(["scripts/browser"], check=True, capture_output=True, text=True).stdout.strip()
    with running_server() as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for name, measure in {"step": _steps, "dragged cell": _drags}.items():
            _report(name, [_run(browser, origin, measure, options.moves) for _ in range(options.runs)])
        browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


def _run(browser: Browser, origin: str, measure: Callable[[Page, int], list[float]], moves: int) -> list[float]:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(origin + VIEW)
    page.wait_for_function(DRAWN)
    times = measure(page, moves + 5)
    page.context.close()
    return times[5:]


def _steps(page: Page, moves: int) -> list[float]:
    """Forward to the end, back to the start, and so on."""
    walk = [*["ArrowRight"] * 22, *["ArrowLeft"] * 22]
    return [page.evaluate(STEP, walk[i % len(walk)]) for i in range(moves)]


def _drags(page: Page, moves: int) -> list[float]:
    page.evaluate(PRESS)
    return [page.evaluate(DRAG, 4 * (i + 2)) for i in range(moves)]


def _report(name: str, runs: list[list[float]]) -> None:
    medians = [statistics.median(run) for run in runs]
    p95s = [sorted(run)[int(0.95 * len(run))] for run in runs]
    print(
        f"{name} to repaint: median {statistics.median(medians):.0f} ms, p95 {statistics.median(p95s):.0f} ms "
        f"(medians of {len(runs)} runs of {len(runs[0])}; p95s {', '.join(f'{p:.0f}' for p in p95s)})",
        flush=True,
    )


if __name__ == "__main__":
    main()
