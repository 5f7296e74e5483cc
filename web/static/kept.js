// Keep what a customer's browser remembers of the chat, apart for each who signs in.

import { claimsOf } from "./api.js";

/** What one customer's browser remembers: `kept` for all windows and visits, `window` for this one. */
export class Kept {
  /**
   * @param {string} base the server's origin
   * @param {string} token of a signed-in customer, or nothing
   */
  constructor(base, token) {
    this.whose = `support-agent ${base} ${token ? (claimsOf(token).sub ?? "") : "visitor"}`;
  }

  /** @param {string} name */
  place(name) {
    return `${this.whose} ${name}`;
  }

  /**
   * @param {string} name
   * @param {"localStorage" | "sessionStorage"} where
   */
  get(name, where = "localStorage") {
    try {
      return globalThis[where].getItem(this.place(name)) ?? "";
    } catch {
      return ""; // storage may be shut, as in private windows and foreign frames
    }
  }

  /**
   * @param {string} name
   * @param {string} value nothing removes it
   * @param {"localStorage" | "sessionStorage"} where
   */
  set(name, value, where = "localStorage") {
    try {
      if (value) globalThis[where].setItem(this.place(name), value);
      else globalThis[where].removeItem(this.place(name));
    } catch {
      // see above: it then lasts as long as the page
    }
  }
}
