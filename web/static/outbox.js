// Send what a customer wrote strictly one after another, and keep what the server does not have over a reload.

/** @typedef {{key: string, text: string, answers: string[], to: string | null, messageId: string, failed: boolean,
 *   pictures?: File[], sent?: number}} Outgoing
 * `to` is the thread of the first try (empty: a new one), which counts for every later one; `messageId` is the server's, once it has the message */

/** The messages of one conversation that are on their way, in the order they were written. */
export class Outbox {
  /** @type {Outgoing[]} */ messages = [];
  #running = false;
  #closed = false;

  /**
   * @param {string} place where the window keeps them
   * @param {(message: Outgoing) => Promise<void>} deliver returns once the server has the message, throws when it refuses it
   * @param {(error: unknown) => void} refused is told why; nothing later goes out until the customer has decided
   */
  constructor(place, deliver, refused) {
    this.place = place;
    this.deliver = deliver;
    this.refused = refused;
    try {
      this.messages = JSON.parse(sessionStorage.getItem(place) ?? "[]");
    } catch {
      // storage may be shut, as in private windows and foreign frames
    }
  }

  /** The messages the server does not have. */
  get unsent() {
    return this.messages.filter((message) => !message.messageId);
  }

  /** Whether the customer has to decide about a refused message first. */
  get blocked() {
    return this.messages.some((message) => message.failed);
  }

  /**
   * @param {string} text
   * @param {string[]} answers
   * @param {File[]} [pictures] last as long as the page
   */
  add(text, answers, pictures = []) {
    const key = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join("-");
    this.messages.push({ key, text, answers, to: null, messageId: "", failed: false, pictures });
    this.keep();
  }

  /**
   * Give up the messages that are not wanted any more.
   * @param {(message: Outgoing) => boolean} wanted
   */
  only(wanted) {
    this.messages = this.messages.filter(wanted);
    this.keep();
  }

  /** Write down what would be lost. */
  keep() {
    if (this.#closed) return;
    const unsent = this.unsent.map(({ pictures: _, ...message }) => ({ ...message, failed: false }));
    try {
      if (unsent.length) sessionStorage.setItem(this.place, JSON.stringify(unsent));
      else sessionStorage.removeItem(this.place);
    } catch {
      // see above: they then last as long as the page
    }
  }

  /** Send until nothing is left, or the server refuses a message. */
  async run() {
    if (this.#running) return;
    this.#running = true;
    for (let next; !this.#closed && !this.blocked && (next = this.unsent[0]); ) {
      try {
        await this.deliver(next);
        this.keep();
      } catch (error) {
        if (this.#closed || !this.messages.includes(next)) continue;
        next.failed = true;
        this.refused(error);
      }
    }
    this.#running = false;
  }

  /** Leave what is kept to who comes next. */
  close() {
    this.#closed = true;
  }
}
