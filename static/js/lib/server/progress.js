// How far an answer is that takes long: a bar, its words and the seconds that it took; and the button that gives it up.
const $ = (id) => document.getElementById(id);

// Returns `progress({ done, of, text })`, which is called with null in the end.
export function bindProgress(cancel) {
  let since = null;
  $("cancel").addEventListener("click", cancel);
  return (told) => {
    $("progress").hidden = told === null;
    if (told === null) return void (since = null);
    since ??= performance.now();
    $("progress-bar").max = told.of;
    $("progress-bar").value = told.done;
    $("progress-text").textContent = told.text;
    $("progress-time").textContent = `${Math.round((performance.now() - since) / 1000)} s`;
  };
}
