// The view as a link, as curl and as Python.

const PLAYGROUND = { path: "/api/v1/playground", figure: "x_hat" };

// `view`: the path of the view's API twin, and the figure that the Python shows; or what curl is to `accept`, and `python()`,
// where the view's answer has no figures.
function shareText(kind, state, view = PLAYGROUND) {
  const api = location.origin + view.path;
  const query = state.query();
  const address = query ? `${api}?${query}` : api;
  return {
    link: () => location.origin + state.address(),
    curl: () => `curl -s${view.accept ? ` -H 'Accept: ${view.accept}'` : ""} '${address.replaceAll("'", "%27")}'`,
    python: () => view.python?.() ?? python(address, view.figure),
  }[kind]();
}

// The buttons that copy the view.
export function bindCopy(state, view = PLAYGROUND) {
  const told = document.getElementById("copied");
  state.onChange(() => (told.textContent = "")); // it was another view that was copied
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const done = await copy(shareText(button.dataset.copy, state, view));
      const what = button.dataset.copy === "link" ? "a link" : button.textContent.replace("Copy as ", "");
      told.textContent = done ? `Copied: the view as ${what}.` : "The browser refused to copy; the address bar has the link.";
    });
  }
}

function python(address, figure) {
  return [
    "import json, urllib.request",
    "import plotly.graph_objects as go  # pip install plotly",
    "",
    `answer = json.load(urllib.request.urlopen(${JSON.stringify(address)}))`,
    'print(answer["headline"])',
    `go.Figure(answer["figures"]["${figure}"]).show()`,
  ].join("\n");
}

// The clipboard of the browser needs a secure address; on a plain one in a lecture hall the old way still works.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
