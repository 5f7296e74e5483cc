// Lead a conversation with the server: who is asking, what is sent, what comes back, and getting over lost connections.

import { Api, ApiError, claimsOf } from "./api.js";

/** @typedef {{number: number, page: string, title: string, headings: string[]}} Source */
/** @typedef {{name: string, options: string, price: string}} Item */
/** @typedef {{tracking_id: string, url: string | null}} Parcel */
/** @typedef {{order_id: string, status: string, ordered_at: string | null, expected_delivery: string | null,
 *   delivered_at: string | null, items: Item[], total: string, parcels: Parcel[]}} Order */
/** @typedef {{id: string, preview: string, open: boolean, words: string}} Ask */
/** @typedef {{id: string, role: "customer" | "agent" | "operator", text: string, sources: Source[], orders: Order[], asks: Ask[],
 *   waiting: boolean}} Said */
/** @typedef {{ticket_id: string, stage: "pending" | "human" | "resolved", operator: string | null, callback: boolean}} Handoff */
/** @typedef {{shop: string, disclosure: string, open_chat: boolean, voice_seconds: number | null}} Chat */
/** @typedef {{key: string, text: string, answers: string[], messageId: string, failed: boolean}} Outgoing */
/** @typedef {"chat" | "message" | "waiting" | "progress" | "token" | "owner" | "online" | "problem" | "began"} Change */

const PATIENCE = [500, 1000, 2000, 4000, 8000, 15000];
const TRIES = 6;

/** One customer's conversation; tells its owner about every change. */
export class Conversation {
  /** @type {Chat | null} */ chat = null;
  /** @type {Map<string, Said>} */ messages = new Map();
  /** @type {Said[]} */ waiting = [];
  /** @type {Outgoing[]} */ outgoing = [];
  /** @type {Handoff | null} */ handoff = null;
  owner = "bot";
  progress = "";
  draft = "";
  problem = "";
  online = true;
  /** Whether the messages of before have been read. */
  caughtUp = false;
  #threadId = "";
  #lastId = "";
  #closed = false;
  #given = "";
  /** @type {AbortController | null} */ #following = null;
  /** @type {(() => void) | null} */ #wake = null;

  /**
   * @param {string} base the server's origin
   * @param {string} locale
   * @param {string | null} token of a signed-in customer; without one the conversation is a visitor's
   * @param {(change: Change, detail?: any) => void} changed
   */
  constructor(base, locale, token, changed) {
    this.base = base;
    this.locale = locale;
    this.#given = token ?? "";
    this.changed = changed;
    this.api = new Api(base, () => this.#token());
    this.open = new Api(base, async () => "");
  }

  /** Show what there is, and go on with the conversation of before. */
  async start() {
    addEventListener("storage", this.#elsewhere);
    addEventListener("online", this.#hurry);
    this.#threadId = this.#kept("thread");
    if (this.#threadId) void this.#follow();
    else this.caughtUp = true;
    await this.#patiently(async () => {
      this.chat = await this.open.call("GET", `/v1/chat?locale=${this.locale}`);
    });
    this.changed("chat");
  }

  /** Stop listening. */
  close() {
    this.#closed = true;
    removeEventListener("storage", this.#elsewhere);
    removeEventListener("online", this.#hurry);
    this.#following?.abort();
    this.#hurry();
  }

  get begun() {
    return this.#threadId !== "";
  }

  /** Begin anew; the conversation of before stays with the shop. */
  forget() {
    this.#keep("thread", "");
    this.#leave();
  }

  /**
   * Send a message; `answers` names the actions that a yes or no is for. It counts once, however often it has to be sent.
   * @param {string} text
   * @param {string[]} [answers]
   */
  async send(text, answers = []) {
    const key = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16)).join("-");
    /** @type {Outgoing} */
    const message = { key, text, answers, messageId: "", failed: false };
    this.outgoing.push(message);
    this.#problem("");
    this.changed("waiting");
    try {
      const kept = await this.#patiently(() => this.#post(message));
      message.messageId = kept.message_id;
      if (kept.thread_id !== this.#threadId) {
        this.#leave();
        this.outgoing = [message];
        this.#threadId = kept.thread_id;
        this.#keep("thread", kept.thread_id);
        this.changed("waiting");
      }
      if (!this.#following) void this.#follow();
    } catch (error) {
      message.failed = true;
      this.#problem(error instanceof ApiError && error.status ? error.message : "offline");
      this.changed("waiting");
    }
  }

  /**
   * Send a message again that failed.
   * @param {Outgoing} message
   */
  again(message) {
    this.outgoing = this.outgoing.filter((other) => other !== message);
    return this.send(message.text, message.answers);
  }

  /**
   * Return the words of a recording; nothing is sent.
   * @param {Blob} recording
   * @returns {Promise<string>}
   */
  async hear(recording) {
    return (await this.api.call("POST", `/v1/voice?send=false&locale=${this.locale}`, recording)).text;
  }

  /**
   * @param {number} score 1 to 5
   * @param {string} comment
   */
  rate(score, comment) {
    return this.api.call("POST", `/v1/threads/${this.#threadId}/rating`, { score, comment });
  }

  /**
   * @param {Outgoing} message
   * @returns {Promise<any>}
   */
  async #post(message) {
    const { answers } = message;
    const headers = { "Idempotency-Key": message.key, Prefer: "respond-async" };
    /** @type {Record<string, unknown>} */
    const body = { text: message.text, locale: this.locale };
    if (answers.length) body.answers = answers;
    if (this.#threadId) body.thread_id = this.#threadId;
    try {
      return await this.api.call("POST", "/v1/messages", body, headers);
    } catch (error) {
      if (!(error instanceof ApiError) || answers.length || !this.#threadId) throw error;
      if (error.status !== 404 && !(error.status === 401 && !this.#given)) throw error;
      // The conversation of before is gone, or the visitor's token is over: a new one begins.
      if (error.status === 401) this.#keep("token", "");
      this.forget();
      this.outgoing = [message];
      this.changed("began");
      return this.#post({ ...message, key: `${message.key}-new` });
    }
  }

  async #follow() {
    this.#following?.abort();
    const following = (this.#following = new AbortController());
    for (let failures = 0; !this.#closed && following === this.#following; failures += 1) {
      try {
        const path = `/v1/threads/${this.#threadId}/events`;
        let fresh = true;
        for await (const { event, data, id } of this.api.events(path, { lastId: this.#lastId, signal: following.signal })) {
          if (following !== this.#following) return;
          if (fresh) {
            fresh = false;
            failures = 0;
            this.#restart();
          }
          if (id) this.#lastId = id;
          this.#take(event, data);
        }
      } catch (error) {
        if (following !== this.#following) return;
        const status = error instanceof ApiError ? error.status : 0;
        if (status === 404 || status === 401 || status === 403) {
          if (this.#given) this.#problem(/** @type {Error} */ (error).message);
          else this.#keep("token", "");
          if (status === 404 || !this.#given) this.forget();
          this.caughtUp = true;
          return;
        }
      }
      if (this.#closed || following !== this.#following) return;
      if (failures > 0) this.#setOnline(false);
      await this.#pause(failures);
    }
  }

  /** The server begins with the turn that runs: what was written of it so far comes once more. */
  #restart() {
    this.#setOnline(true);
    this.draft = this.progress = "";
    this.changed("token", "");
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  #take(event, data) {
    if (event === "message") {
      this.messages.set(data.id, data);
      if (data.role !== "customer") this.draft = this.progress = "";
      this.#settle(data);
      this.changed("message", data);
    } else if (event === "waiting") {
      this.waiting = data;
      const known = new Set(this.waiting.map((said) => said.id));
      this.outgoing = this.outgoing.filter((message) => !known.has(message.messageId));
      if (!data.length) this.draft = this.progress = "";
      this.changed("waiting");
    } else if (event === "progress") {
      this.progress = data.text;
      this.changed("progress");
    } else if (event === "token") {
      this.draft += data.text;
      this.changed("token", data.text);
    } else if (event === "owner") {
      this.owner = data.owner;
      this.handoff = data.handoff;
      this.caughtUp = true;
      this.changed("owner");
    }
  }

  /** @param {Said} said */
  #settle(said) {
    if (said.role !== "customer") return;
    const words = said.text;
    this.outgoing = this.outgoing.filter((message) => message.failed || !message.messageId || !words.includes(message.text));
    this.waiting = this.waiting.filter((message) => !words.includes(message.text));
    this.changed("waiting");
  }

  /** Drop what is shown, without a word to the server. */
  #leave() {
    this.#following?.abort();
    this.#following = null;
    this.#threadId = this.#lastId = this.draft = this.progress = "";
    this.messages.clear();
    this.waiting = [];
    this.handoff = null;
    this.owner = "bot";
    this.caughtUp = true;
    this.changed("began");
  }

  #elsewhere = (/** @type {StorageEvent} */ event) => {
    if (event.key !== this.#place("thread") || event.newValue === this.#threadId) return;
    this.#leave();
    this.#threadId = event.newValue ?? "";
    if (this.#threadId) void this.#follow();
  };

  #hurry = () => this.#wake?.();

  /** @param {number} failures */
  #pause(failures) {
    const wait = (PATIENCE[Math.min(failures, PATIENCE.length - 1)] ?? 1000) * (0.75 + Math.random() / 2);
    return new Promise((done) => {
      const timer = setTimeout(done, wait);
      this.#wake = () => {
        clearTimeout(timer);
        done(null);
      };
    });
  }

  /**
   * Try until it works or the server refuses for good.
   * @template T
   * @param {() => Promise<T>} attempt
   * @returns {Promise<T>}
   */
  async #patiently(attempt) {
    for (let failures = 0; ; failures += 1) {
      try {
        const done = await attempt();
        this.#setOnline(true);
        return done;
      } catch (error) {
        const status = error instanceof ApiError ? error.status : 400;
        if (![0, 429, 502, 503, 504].includes(status) || failures >= TRIES || this.#closed) throw error;
        if (status !== 429) this.#setOnline(false);
        const asked = error instanceof ApiError ? error.retryAfter : 0;
        if (asked) await new Promise((done) => setTimeout(done, Math.min(asked, 30) * 1000));
        else await this.#pause(failures);
      }
    }
  }

  /** @param {boolean} online */
  #setOnline(online) {
    if (this.online === online) return;
    this.online = online;
    this.changed("online");
  }

  /** @param {string} problem */
  #problem(problem) {
    this.problem = problem;
    this.changed("problem");
  }

  /** Return the customer's token, or the visitor's: kept for all tabs, renewed while it is good. */
  async #token() {
    if (this.#given) return this.#given;
    const fetched = async () => {
      const kept = this.#kept("token");
      const { exp = 0, iat = 0 } = claimsOf(kept);
      const now = Date.now() / 1000;
      if (now < (exp + iat) / 2) return kept;
      const old = now < exp - 5 ? kept : "";
      const given = await new Api(this.base, async () => old).call("POST", `/v1/tokens?locale=${this.locale}`);
      this.#keep("token", given.token);
      return String(given.token);
    };
    // One tab asks, the others take what it got.
    return navigator.locks ? navigator.locks.request("support-agent-token", fetched) : fetched();
  }

  /** @param {string} name */
  #place(name) {
    const whose = this.#given ? (claimsOf(this.#given).sub ?? "") : "visitor";
    return `support-agent ${this.base} ${whose} ${name}`;
  }

  /** @param {string} name */
  #kept(name) {
    try {
      return localStorage.getItem(this.#place(name)) ?? "";
    } catch {
      return ""; // storage may be shut, as in private windows and foreign frames
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  #keep(name, value) {
    try {
      localStorage.setItem(this.#place(name), value);
    } catch {
      // see above: the conversation then lasts as long as the page
    }
  }
}
