// How far an answer is that takes long: a bar, its words and the seconds that it took; and the button that gives it up.
const $ = (id) => document.getElementById(id);

// Returns `progress({ done, of, text })`, which is called with null in the end. Escape gives up, too.
export function bindProgress(cancel) {
  let since = null;
  let ticking = 0;
  const tick = () => ($("progress-time").textContent = `${Math.round((performance.now() - since) / 1000)} s`);
  $("cancel").addEventListener("click", cancel);
  addEventListener("keydown", ({ key }) => key === "Escape" && since !== null && cancel());
  return (told) => {
    $("progress").hidden = told === null;
    if (told === null) {
      since = null;
      return clearInterval(ticking);
    }
    if (since === null) {
      since = performance.now();
      clearInterval(ticking);
      ticking = setInterval(tick, 1000);
    }
    $("progress-bar").max = told.of;
    $("progress-bar").value = told.done;
    $("progress-text").textContent = told.text;
    tick();
  };
}
