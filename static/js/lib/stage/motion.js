// Motion from one drawing to another; where less motion is asked for, it ends at once.
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export const isStill = () => STILL.matches;

// Calls `draw(share)` each frame, the share going from 0 to 1 in so many milliseconds, slow at both ends. A motion that
// is begun anew on the same `Motion` takes the place of the one before.
export class Motion {
  #frame = 0;
  #done = () => {};

  // Resolves to whether it went to its end.
  run(milliseconds, draw) {
    this.stop();
    if (isStill() || milliseconds === 0) {
      draw(1);
      return Promise.resolve(true);
    }
    return new Promise((done) => {
      this.#done = done;
      const start = performance.now();
      const step = (now) => {
        const share = Math.min(1, Math.max(0, (now - start) / milliseconds));
        draw(eased(share));
        if (share < 1) this.#frame = requestAnimationFrame(step);
        else done(true);
      };
      this.#frame = requestAnimationFrame(step);
    });
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#done(false);
    this.#done = () => {};
  }
}

const eased = (share) => (share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) * (1 - share));

// Numbers between two lists of the same length.
export const between = (from, to, share) => from.map((value, i) => value + (to[i] - value) * share);
