// Asking the server: one request in flight, and the latest state is always the last one asked for.

export class Problem extends Error {
  constructor(body) {
    super(body.detail ?? body.title ?? "The server could not answer.");
    this.status = body.status ?? 0;
    this.errors = body.errors ?? [];
  }
}

export function getJson(address, signal) {
  return askedFor(address, { headers: { Accept: "application/json" }, signal });
}

// `body` is an object, or a file as it is.
export function postJson(address, body) {
  return askedFor(address, { method: "POST", headers: { Accept: "application/json" }, body: body instanceof Blob ? body : JSON.stringify(body) });
}

async function askedFor(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: "The server does not answer. It is asked again with your next change." });
  }
  const body = await response.json().catch(() => ({ status: response.status, title: response.statusText }));
  if (!response.ok) throw new Problem(body);
  return body;
}

// Calls `show(answer, query)` in the order asked, skipping states that were overtaken while a request was under way.
export class Latest {
  #ask;
  #show;
  #fail;
  #busy;
  #running = false;
  #closed = false;
  #done = Promise.resolve();
  #wanted = null;

  constructor({ ask, show, fail, busy }) {
    this.#ask = ask;
    this.#show = show;
    this.#fail = fail;
    this.#busy = busy;
  }

  want(query) {
    this.#wanted = query;
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
    let answer;
    try {
      answer = await this.#ask(query);
    } catch (error) {
      if (this.#wanted === null && !this.#closed) this.#fail(error, query);
      return;
    }
    if (!this.#closed) this.#show(answer, query);
  }
}
