// Whether the view is being made: told to screen readers at once, and shown when it takes long.

const SPINNER_AFTER = 300; // milliseconds
const COMPUTING = "Computing…";

// The server is busy with others, and is asked again in so many seconds; 0 is now.
export function tellWaiting(seconds) {
  const busy = `The server is busy with others. It is asked again in ${seconds} s.`;
  document.getElementById("spinner").textContent = seconds ? busy : COMPUTING;
}

export class Waiting {
  #view = document.getElementById("view");
  #spinner = document.getElementById("spinner");
  #asking = false;
  #writing = false;
  #moving = false;
  #reading = 0;
  #timer = 0;
  #askedAt = 0;
  #later = 0;
  #written = false;

  // While the server is asked.
  asking(is) {
    this.#asking = is;
    this.#tell();
    this.#askedAt = performance.now();
    if (is) this.#timer ||= setTimeout(() => this.#look(), SPINNER_AFTER);
    else this.#slow(false);
  }

  // While the server reads what was typed or pasted, before the view is asked for.
  reading(is) {
    this.#reading += is ? 1 : -1;
    this.#tell();
  }

  // While a hand moves, and not all of the view is asked for.
  moving(is) {
    this.#moving = is;
    this.#tell();
  }

  // `write()` what can wait for the first pause of a drag, of `after` milliseconds; the first time it does not wait.
  rest(write, after) {
    clearTimeout(this.#later);
    this.#writes(true);
    this.#later = setTimeout(() => {
      write();
      this.#writes(false);
    }, this.#written ? after : 0);
    this.#written = true;
  }

  #writes(is) {
    this.#writing = is;
    this.#tell();
  }

  #tell() {
    const is = String(this.#asking || this.#writing || this.#moving || this.#reading > 0);
    if (this.#view.getAttribute("aria-busy") !== is) this.#view.setAttribute("aria-busy", is);
  }

  // One timer for all that is asked while a hand moves.
  #look() {
    const rest = this.#askedAt + SPINNER_AFTER - performance.now();
    this.#timer = this.#asking && rest > 0 ? setTimeout(() => this.#look(), rest) : 0;
    if (this.#asking && !this.#timer) this.#slow(true);
  }

  #slow(is) {
    if (this.#spinner.hidden === !is) return;
    this.#spinner.hidden = !is;
    this.#view.classList.toggle("slow", is);
  }
}
