// Asking the server: one request in flight, and the latest state is always the last one asked for.

// Behind one address there may be a whole class: the server goes round its pages by a name that each makes up.
export const TAB = { "bnscope-tab": Math.random().toString(36).slice(2) };

export class Problem extends Error {
  // `retryAfter`: the seconds after which the server wants to be asked again, if it does.
  constructor(body, retryAfter = null) {
    super(body.page_detail ?? body.detail ?? body.title ?? "The server could not answer.");
    this.status = body.status ?? 0;
    this.errors = body.errors ?? [];
    this.retryAfter = Number(retryAfter) || 0;
  }
}

export const AWAY = [1, 2, 4, 8, 15, 15, 15, 30, 30, 30]; // seconds between two attempts at a server that is away

// The connection ended in the middle of an answer: whoever sent it has died, and asking again may reach another server.
export class Cut extends Problem {
  constructor() {
    super({ detail: "The connection broke before the result came." });
  }
}

// The answer as an object. Throws the problem that it is, and Cut where it is not whole.
export async function read(response) {
  const body = await response.json().catch((error) => unread(error, response));
  if (!response.ok) throw new Problem(body, response.headers.get("Retry-After"));
  return body;
}

function unread(error, response) {
  if (error.name === "AbortError") throw error;
  if (response.ok) throw new Cut();
  return { status: response.status, title: response.statusText };
}

export function getJson(address, signal) {
  return askedFor(address, { headers: { Accept: "application/json", ...TAB }, signal });
}

// `body` is an object, or a file as it is.
export function postJson(address, body) {
  return askedFor(address, { method: "POST", headers: { Accept: "application/json", ...TAB }, body: body instanceof Blob ? body : JSON.stringify(body) });
}

async function askedFor(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: "The server does not answer. It is asked again by itself, and with your next change." });
  }
  return read(response);
}

// Asks with `ask(query, signal)`, and calls `show(answer, query)` in the order asked, skipping states that were overtaken
// while a request was under way. A server that is busy is asked again when it says so, for the state that is wanted then;
// `waits(seconds, problem)` is told of it, and `waits(0)` when that is over.
export class Latest {
  #ask;
  #show;
  #fail;
  #busy;
  #waits;
  #running = false;
  #closed = false;
  #done = Promise.resolve();
  #wanted = null;
  #stop = null; // what is under way
  #silent = null; // what a server that was away was asked for
  #silences = 0;

  constructor({ ask, show, fail, busy, waits }) {
    this.#ask = ask;
    this.#show = show;
    this.#fail = fail;
    this.#busy = busy;
    this.#waits = waits;
  }

  // With `atOnce`, what is under way is given up for it.
  want(query, atOnce = false) {
    this.#wanted = query;
    this.#silent = null;
    if (atOnce) this.#stop?.abort();
    if (!this.#running) this.#done = this.#run();
  }

  // Until all that was asked for is shown.
  idle() {
    return this.#done;
  }

  // What is under way comes to nothing.
  close() {
    this.#closed = true;
    this.#wanted = null;
  }

  async #run() {
    this.#running = true;
    this.#busy(true);
    try {
      while (this.#wanted !== null) await this.#answerNext();
    } finally {
      this.#running = false;
      this.#busy(false);
    }
  }

  async #answerNext() {
    const query = this.#wanted;
    this.#wanted = null;
    this.#stop = new AbortController();
    let answer;
    try {
      answer = await this.#ask(query, this.#stop.signal);
    } catch (error) {
      if (error.retryAfter) await this.#wait(error, query);
      else if (this.#wanted === null && !this.#closed) {
        this.#fail(error, query);
        if (error.status === 0) this.#askLater(query);
      }
      return;
    }
    this.#silences = 0;
    if (!this.#closed) this.#show(answer, query);
  }

  // A server that is away may come back: it is asked for the same again, ever more seldom, unless anything else is.
  #askLater(query) {
    if (this.#silences >= AWAY.length) return;
    const last = (this.#silent = { query });
    setTimeout(() => this.#silent === last && !this.#running && !this.#closed && this.want(query), 1000 * AWAY[this.#silences++]);
  }

  // A class that was refused together does not come back together.
  async #wait(problem, query) {
    if (this.#closed) return;
    this.#wanted ??= query;
    this.#waits(problem.retryAfter, problem);
    await new Promise((over) => setTimeout(over, 1000 * problem.retryAfter * (1 + Math.random() / 2)));
    this.#waits(0);
  }
}
