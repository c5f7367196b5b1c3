// plotly.js may fail before any module listens; whoever waits for it looks here.
addEventListener("error", ({ target }) => {
  if (target.id === "plotly") document.documentElement.dataset.plotly = "missing";
}, true);

// Runs before the page is drawn: the colour scheme that was chosen last, else the system's.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("scheme");
  } catch {
    // Storage may be refused; then the system's scheme it is.
  }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.scheme = chosen ?? system;
}
