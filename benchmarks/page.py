"""How long from a slider's input to the repainted plots, and what the first visit loads.

    python -m benchmarks.page [--moves 60] [--runs 5]

Headless Chromium at 1280 × 900 on the same machine as the server; 256 × 8. A move is timed from the input event to the
frame after the last plot on screen was redrawn. Sizes are as sent, compressed.
"""

import argparse
import statistics
import subprocess

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks._server import running_server

VIEW = "/?source=normal&batch_size=256&features=8"
DRAWN = "document.querySelectorAll('#chain-forward .js-plotly-plot').length === 4"
MOVE = """async ([field, value]) => {
  const slider = document.querySelector(`.control[data-field="${field}"] .slide`);
  const painted = new Promise((done) => addEventListener("figures-drawn", () => requestAnimationFrame(() => {
    const next = new MessageChannel();
    next.port1.onmessage = done;
    next.port2.postMessage(null);
  }), { once: true }));
  slider.value = value;
  const start = performance.now();
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  await painted;
  return performance.now() - start;
}"""
TEXT_TIME = """() => Promise.resolve({
  text: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  plots: performance.getEntriesByName("plots-drawn")[0].startTime,
})"""


def main() -> None:
    options = _options()
    executable = subprocess.run(["scripts/browser"], check=True, capture_output=True, text=True).stdout.strip()
    with running_server() as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for field, low, high in (("gamma", 0.5, 2.5), ("beta", -1.0, 1.0)):
            moves = [_moves(browser, origin, field, low, high, options.moves) for _ in range(options.runs)]
            _report(field, moves)
        _first_load(browser, origin)
        browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


def _opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    page.wait_for_function(DRAWN)
    return page


def _moves(browser: Browser, origin: str, field: str, low: float, high: float, moves: int) -> list[float]:
    page = _opened(browser, origin + VIEW)
    steps = [low + (high - low) * i / moves for i in range(moves + 5)]
    times = [page.evaluate(MOVE, [field, f"{step:.3f}"]) for step in steps]
    page.context.close()
    return times[5:]


def _report(field: str, runs: list[list[float]]) -> None:
    medians = [statistics.median(run) for run in runs]
    p95s = [sorted(run)[int(0.95 * len(run))] for run in runs]
    print(
        f"{field} slider to repainted plots: median {statistics.median(medians):.0f} ms, "
        f"p95 {statistics.median(p95s):.0f} ms "
        f"(medians of {len(runs)} runs of {len(runs[0])} moves; p95s {', '.join(f'{p:.0f}' for p in p95s)})",
        flush=True,
    )


def _first_load(browser: Browser, origin: str) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.add_init_script("addEventListener('figures-drawn', () => performance.mark('plots-drawn'), { once: true })")
    page.goto(origin + VIEW)
    page.wait_for_function(DRAWN)
    sizes = {r.url.removeprefix(origin).split("?")[0]: r.request.sizes()["responseBodySize"] for r in responses}
    rest = sum(size for path, size in sizes.items() if "plotly" not in path)
    plotly = sum(size for path, size in sizes.items() if "plotly" in path)
    times = page.evaluate(TEXT_TIME)
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:4]
    print(f"first visit: plotly.js {plotly / 1000:,.0f} kB, all else {rest / 1000:,.0f} kB in {len(sizes) - 1} files")
    print("  largest: " + ", ".join(f"{path.split('/', 3)[-1]} {size / 1000:.0f} kB" for path, size in largest))
    print(f"  text and controls after {times['text']:.0f} ms, plots after {times['plots']:.0f} ms")
    page.context.close()


if __name__ == "__main__":
    main()
