"""How long from a slider's input to the repainted plots, and what the first visit loads.

    python -m benchmarks.page [--moves 60] [--runs 5]

Headless Chromium at 1280 × 900 on the same machine as the server. A move is one step of a slider, up from the lower end
and down again, so that every move changes what is seen. It is timed from its event to the frame after the stage
changed: while the hand moves, when the page asks for the stage alone, and beside it each move as the last one, when it
asks for all and draws the figures of its first section, which is open. Sizes are as sent, compressed.
"""

from itertools import cycle, islice

from playwright.sync_api import Browser, Response

from benchmarks._knob import knob
from benchmarks._moves import PAINTED, WARM_UP, opened, options, report, running_browser
from benchmarks._server import running_server

VIEW = "/?source=normal&batch_size=256&features=8&open=forward"
DRAWN = "document.querySelectorAll('#chain-forward .js-plotly-plot').length === 4"
PLAYGROUND = "/?source=normal&batch_size=128&features=8&step=y&open=forward"
STAGES = {
    "γ on the playground": (PLAYGROUND, "gamma", [0.5 + 0.05 * i for i in range(40)]),
    "β on the playground": (PLAYGROUND, "beta", [-1.0 + 0.05 * i for i in range(40)]),
    "K on the stage of batches": ("/batch-size?open=estimates", "size", [450 + 15 * i for i in range(30)]),
}
"""By what is moved: the page, with its first section open, the slider, and its places."""
STAGE_DRAWN = "() => document.querySelectorAll('.stage svg :is(circle, .dots path)').length > 100"
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
        for what, stage in STAGES.items():
            both = [_stage_moves(browser, origin, *stage, seed, given.moves) for seed in range(given.runs)]
            report(f"{what}, while it moves", [moving for moving, _ in both])
            report(f"{what}, all of the page", [whole for _, whole in both])
        knob(browser, origin, given.moves, given.runs)
        _first_load(browser, origin)


def _stage_moves(
    browser: Browser, origin: str, path: str, field: str, places: list[float], seed: int, moves: int
) -> tuple[list[float], list[float]]:
    """Of a seed of its own, so that no answer is kept from another run."""
    page = opened(browser, f"{origin}{path}&seed={seed}", STAGE_DRAWN)
    there_and_back = list(islice(cycle([*places, *reversed(places[1:-1])]), moves + WARM_UP))
    moving, whole = (
        [page.evaluate(STAGE_MOVE, [field, f"{place:.6g}", event]) for place in there_and_back]
        for event in ("input", "change")
    )
    page.context.close()
    return moving[WARM_UP:], whole[WARM_UP:]


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
