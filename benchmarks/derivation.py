"""How long a step, an edit and a dragged cell of the derivation take to be repainted.

    python -m benchmarks.derivation [--moves 60] [--runs 5]

Headless Chromium at 1280 × 900 on the same machine as the server; a batch of 8 × 6, the largest. A step is timed from
the key to the frame after it; a drag from the pointer's move to the frame after the stage's answer has been written.
Every number of a drag is a new one, so that no answer comes from the cache.
"""

from collections.abc import Callable

from playwright.sync_api import Browser, Page

from benchmarks._moves import PAINTED, WARM_UP, opened, options, report, running_browser
from benchmarks._server import running_server

VIEW = "/derivation?step=x&values=" + ";".join(
    ",".join(str((7 * j + 3 * i * i) % 11 + 0.5 * i) for i in range(6)) for j in range(8)
)
DRAWN = "document.getElementById('view').getAttribute('aria-busy') === 'false' && window.Plotly"
STEP = f"""async (key) => {{
  {PAINTED}
  const start = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true }}));
  await painted();
  return performance.now() - start;
}}"""
PRESS = """() => {
  const cell = document.querySelector('#grid-values input[data-example="3"][data-feature="2"]');
  cell.closest("details").open = true;
  cell.focus();
  cell.setPointerCapture = () => {};
  cell.dispatchEvent(new PointerEvent("pointerdown", { clientY: 500, button: 0, pointerId: 1, bubbles: true }));
}"""
DRAG = f"""async (up) => {{
  {PAINTED}
  const cell = document.querySelector('#grid-values input[data-example="3"][data-feature="2"]');
  const told = new Promise((done) => {{
    const seen = new MutationObserver(() => done(seen.disconnect()));
    seen.observe(document.getElementById("headline"), {{ childList: true }});
  }});
  const start = performance.now();
  cell.dispatchEvent(new PointerEvent("pointermove", {{ clientY: 500 - up, pointerId: 1, bubbles: true }}));
  await told;
  await painted();
  return performance.now() - start;
}}"""


def main() -> None:
    given = options(__doc__)
    with running_server() as origin, running_browser() as browser:
        for name, measure in {"step": _steps, "dragged cell": _drags}.items():
            report(f"{name} to repaint", [_run(browser, origin, measure, given.moves) for _ in range(given.runs)])


def _run(browser: Browser, origin: str, measure: Callable[[Page, int], list[float]], moves: int) -> list[float]:
    page = opened(browser, origin + VIEW, DRAWN)
    times = measure(page, moves + WARM_UP)
    page.context.close()
    return times[WARM_UP:]


def _steps(page: Page, moves: int) -> list[float]:
    """Forward to the end, back to the start, and so on."""
    walk = [*["ArrowRight"] * 22, *["ArrowLeft"] * 22]
    return [page.evaluate(STEP, walk[i % len(walk)]) for i in range(moves)]


def _drags(page: Page, moves: int) -> list[float]:
    page.evaluate(PRESS)
    return [page.evaluate(DRAG, 4 * (i + 2)) for i in range(moves)]


if __name__ == "__main__":
    main()
