"""A knob of the network's stage, 8 blocks of width 64, batch 128, from a key on it to the frame that shows it."""

from itertools import cycle, islice

from playwright.sync_api import Browser

from benchmarks._moves import PAINTED, WARM_UP, opened, report

PAGE = "/network?depth=8&width=64&batch_size=128&disturb_layer=1"
DRAWN = "() => document.querySelectorAll('[data-row=with] .net-now').length === 8"
MOVE = f"""async ([event, at, value]) => {{
  {PAINTED}
  const bell = document.querySelector("[data-row=without] [data-block='8'] .net-now");
  const drawn = new Promise((done) => new MutationObserver((_, watching) => {{
    watching.disconnect();
    painted().then(done);
  }}).observe(bell, {{ attributes: true }}));
  const target = document.querySelector(at);
  if (event === "change") target.value = value;
  const init = {{ key: value, bubbles: true }};
  const start = performance.now();
  target.dispatchEvent(event === "change" ? new Event(event, init) : new KeyboardEvent(event, init));
  await drawn;
  return performance.now() - start;
}}"""
KEYS = [("keydown", f".net-dial[data-block='{block}']", "ArrowUp") for block in range(2, 9) for _ in range(10)]
"""Ten steps up on each block but the one that is disturbed to begin with."""
TYPED = [("change", ".control[data-field=disturb_factor] input.value", f"{1.5 + i / 20:.2f}") for i in range(70)]
"""A factor that is typed, for which the page asks for the full answer."""


def knob(browser: Browser, origin: str, moves: int, runs: int) -> None:
    """While a hand moves, when the page asks for the stage alone, and beside it the full answer; a seed a run."""
    for what, events in (("while it moves", KEYS), ("all of the page", TYPED)):
        report(f"a network's knob, {what}", [_times(browser, origin, seed, events, moves) for seed in range(runs)])


def _times(browser: Browser, origin: str, seed: int, events: list[tuple[str, str, str]], moves: int) -> list[float]:
    page = opened(browser, f"{origin}{PAGE}&seed={seed}", DRAWN)
    times = [page.evaluate(MOVE, list(event)) for event in islice(cycle(events), moves + WARM_UP)]
    page.context.close()
    return times[WARM_UP:]
