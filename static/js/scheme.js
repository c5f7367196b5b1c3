// plotly.js may fail before any module listens; whoever waits for it looks here.
addEventListener("error", ({ target }) => {
  if (target.id === "plotly") document.documentElement.dataset.plotly = "missing";
}, true);

// A wall is what the address calls one (`wall=1`), and any screen from 1800 pixels; all styles of a wall ask for `data-wall`.
{
  const { dataset } = document.documentElement;
  const asked = dataset.wall !== undefined;
  const large = matchMedia("(min-width: 1800px)");
  const set = () => (asked || large.matches ? (dataset.wall = "") : delete dataset.wall);
  large.addEventListener("change", set);
  set();
}

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
