// Wait between tries: longer each time up to a limit, and no longer once the way may be open again.

const STEPS = [500, 1000, 2000, 4000, 8000, 15000];
const LONGEST_ASKED = 30;

/** The waits of a page; all of them can be cut short together. */
export class Patience {
  /** @type {Set<() => void>} */ #waits = new Set();
  #fresh = false;

  /**
   * Return, after a while, how many failures count for the next wait.
   * @param {number} failures
   * @param {number} [asked] seconds the server asked for, which nothing cuts short
   * @returns {Promise<number>}
   */
  async after(failures, asked = 0) {
    if (asked) {
      await new Promise((done) => setTimeout(done, Math.min(asked, LONGEST_ASKED) * 1000));
      return failures + 1;
    }
    this.#fresh = false;
    const step = (STEPS[Math.min(failures, STEPS.length - 1)] ?? 1000) * (0.75 + Math.random() / 2);
    await new Promise((done) => {
      const over = () => {
        clearTimeout(timer);
        this.#waits.delete(over);
        done(null);
      };
      const timer = setTimeout(over, step);
      this.#waits.add(over);
    });
    return this.#fresh ? 0 : failures + 1;
  }

  /**
   * End every wait.
   * @param {boolean} [fresh] forget the failures too: the browser has a network again, and may need another moment
   */
  hurry(fresh = false) {
    this.#fresh = fresh;
    for (const over of [...this.#waits]) over();
  }
}
