"""How long from a slider's input to the repainted plots, and what the first visit loads.

    python -m benchmarks.page [--moves 60] [--runs 5]

Headless Chromium at 1280 × 900 on the same machine as the server; 256 × 8. A move is timed from the input event to the
frame after the last plot on screen was redrawn; each is one step of the slider, up from the lower end and down again,
so that every move changes the plots. Sizes are as sent, compressed.

A stage is moved in the same way, and timed to the frame after it changed: while the hand moves, when the page asks for
the stage alone, and beside it each move as the last one, when it asks for all.
"""

from itertools import cycle, islice

from playwright.sync_api import Browser, Response

from benchmarks._knob import knob
from benchmarks._moves import PAINTED, WARM_UP, opened, options, report, running_browser
from benchmarks._server import running_server

VIEW = "/?source=normal&batch_size=256&features=8"
DRAWN = "document.querySelectorAll('#chain-forward .js-plotly-plot').length === 4"
MOVE = f"""async ([field, value]) => {{
  {PAINTED}
  const slider = document.querySelector(`.control[data-field="${{field}}"] .slide`);
  const drawn = new Promise((done) => addEventListener("figures-drawn", () => painted().then(done), {{ once: true }}));
  slider.value = value;
  const start = performance.now();
  slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
  await drawn;
  return performance.now() - start;
}}"""
STAGES = {"K on the stage of batches": ("/batch-size", "size", [100 + 15 * i for i in range(30)])}
"""By what is moved: the page, the slider, and its places."""
STAGE_DRAWN = "() => document.querySelectorAll('.stage svg circle').length > 100"
STAGE_MOVE = f"""async ([field, value, event]) => {{
  {PAINTED}
  const slider = document.querySelector(`.control[data-field="${{field}}"] .slide`);
  const drawn = new Promise((done) => {{
    const seen = new MutationObserver(() => {{
      seen.disconnect();
      painted().then(done);
    }});
    const of = {{ subtree: true, childList: true, attributes: true }};
    for (const drawing of document.querySelectorAll(".stage .drawing")) seen.observe(drawing, of);
  }});
  slider.value = value;
  const start = performance.now();
  slider.dispatchEvent(new Event(event, {{ bubbles: true }}));
  await drawn;
  return performance.now() - start;
}}"""
TEXT_TIME = """() => Promise.resolve({
  text: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  plots: performance.getEntriesByName("plots-drawn")[0].startTime,
})"""


def main() -> None:
    given = options(__doc__)
    with running_server() as origin, running_browser() as browser:
        for field, low, high in (("gamma", 0.5, 2.5), ("beta", -1.0, 1.0)):
            moves = [_moves(browser, origin, field, low, high, given.moves) for _ in range(given.runs)]
            report(f"{field} slider to repainted plots", moves)
        for what, stage in STAGES.items():
            both = [_stage_moves(browser, origin, *stage, seed, given.moves) for seed in range(given.runs)]
            report(f"{what}, while it moves", [moving for moving, _ in both])
            report(f"{what}, all of the page", [whole for _, whole in both])
        knob(browser, origin, given.moves, given.runs)
        _first_load(browser, origin)


def _stage_moves(
    browser: Browser, origin: str, path: str, field: str, places: list[int], seed: int, moves: int
) -> tuple[list[float], list[float]]:
    """Of a seed of its own, so that no answer is kept from another run."""
    page = opened(browser, f"{origin}{path}?seed={seed}", STAGE_DRAWN)
    there_and_back = list(islice(cycle([*places, *reversed(places[1:-1])]), moves + WARM_UP))
    moving, whole = (
        [page.evaluate(STAGE_MOVE, [field, place, event]) for place in there_and_back] for event in ("input", "change")
    )
    page.context.close()
    return moving[WARM_UP:], whole[WARM_UP:]


def _moves(browser: Browser, origin: str, field: str, low: float, high: float, moves: int) -> list[float]:
    page = opened(browser, origin + VIEW, DRAWN)
    step = float(page.get_attribute(f'.control[data-field="{field}"] .slide', "step") or "")
    count = round((high - low) / step)
    up = [low + i * step for i in range(1, count + 1)]
    places = islice(cycle([*up, *reversed([low, *up[:-1]])]), moves + WARM_UP)
    times = [page.evaluate(MOVE, [field, f"{place:.6g}"]) for place in places]
    page.context.close()
    return times[WARM_UP:]


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
