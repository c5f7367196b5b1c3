"""How soon the training page shows something, and how even its frames are while four variants play.

    python -m benchmarks.training_page [--moves 10] [--runs 3]

Headless Chromium at 1280 × 900 on the same machine as the server. First, from asking for a stream to its first step,
of a server that has just started and of runs that nobody has computed before; then from play (the page asks for its
run) to the first point that is drawn, of such runs and of one that is kept. Last, the times between two frames of ten
seconds in which four variants play at ten records a second, all sections open, scrolled slowly through.
"""

import http.client
import time
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from benchmarks._moves import PAINTED, opened, options, report, running_browser
from benchmarks._server import running_server

STREAM = "/api/v1/training?seed={}"
PAGE = "/training?seed={}"
FOUR = "/training?a=norm:none&b=norm:batch&c=norm:layer&d=norm:renorm&speed=10&open=all&steps=2000&seed=1"
HAS_POINT = "() => document.querySelector('[data-chart=loss] .curve .dots, [data-chart=loss] .curve .line[d]') !== null"
FIRST_POINT = f"""() => {{
  {PAINTED}
  const drawn = () => document.querySelector("[data-chart=loss] .curve .line[d]");
  const real = window.fetch;
  window.fetch = (address, how) => {{
    if (String(address).startsWith("/api/v1/training?")) window.asked ??= performance.now();
    return real(address, how);
  }};
  window.first = new Promise((done) => {{
    const seen = new MutationObserver(() => {{
      if (!drawn()) return;
      seen.disconnect();
      painted().then(() => done(performance.now()));
    }});
    const all = {{ subtree: true, childList: true, attributes: true }};
    addEventListener("DOMContentLoaded", () => seen.observe(document, all));
  }});
}}"""
SINCE_PLAY = """async () => {
  const at = await window.first;
  return at - window.asked;
}"""
FRAMES = """(milliseconds) => new Promise((done) => {
  const times = [];
  const began = performance.now();
  let last = began;
  const go = (now) => {
    times.push(now - last);
    last = now;
    scrollTo(0, ((now - began) / milliseconds) * (document.body.scrollHeight - innerHeight));
    if (now - began < milliseconds) requestAnimationFrame(go);
    else done(times.slice(1));
  };
  requestAnimationFrame(go);
})"""
PLAYED = 10_000  # milliseconds


def main() -> None:
    given = options(__doc__)
    with running_server() as origin, running_browser() as browser:
        print(f"the first stream of a server: {_first_step(origin, 0):.0f} ms to its first step")
        report("a stream, to its first step", [[_first_step(origin, seed) for seed in range(1, given.moves + 1)]])
        report("play, to the first point", [[_first_point(browser, origin, 1000 + n) for n in range(given.moves)]])
        report("the same of a run that is kept", [[_first_point(browser, origin, 1000) for _ in range(given.moves)]])
        report("frames, four variants, all open", [_frames(browser, origin) for _ in range(given.runs)])


def _first_step(origin: str, seed: int) -> float:
    connection = http.client.HTTPConnection(urlsplit(origin).netloc)
    began = time.perf_counter()
    connection.request("GET", STREAM.format(seed))
    answer, content = connection.getresponse(), b""
    while b"event: step" not in content:
        content += answer.read1()
    connection.close()
    return 1e3 * (time.perf_counter() - began)


def _first_point(browser: Browser, origin: str, seed: int) -> float:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(f"({FIRST_POINT})()")
    page.goto(f"{origin}{PAGE.format(seed)}")
    milliseconds: float = page.evaluate(SINCE_PLAY)
    page.context.close()
    return milliseconds


def _frames(browser: Browser, origin: str) -> list[float]:
    page = opened(browser, f"{origin}{FOUR}", HAS_POINT)
    times: list[float] = page.evaluate(FRAMES, PLAYED)
    page.context.close()
    return times


if __name__ == "__main__":
    main()
