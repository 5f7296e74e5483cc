// Lead a conversation with the server: who is asking, what is sent, what comes back, and getting over lost connections.

import { Api, ApiError, claimsOf } from "./api.js";
import { Kept } from "./kept.js";
import { Outbox } from "./outbox.js";
import { Patience } from "./patience.js";

/** @typedef {{number: number, page: string, title: string, headings: string[]}} Source */
/** @typedef {{id: string, title: string, status: string, fields: {label: string, value: string}[],
 *   items: {name: string, detail: string, price: string, picture: string}[], actions: {label: string, say: string, url: string}[]}} Card */
/** @typedef {{id: string, preview: string, open: boolean, state: string, words: string}} Ask */
/** @typedef {{id: string, role: "customer" | "agent" | "operator", text: string, sources: Source[], cards: Card[], asks: Ask[],
 *   waiting: boolean, at: string | null, author: string | null, helpful: boolean | null, choices: string[],
 *   images?: {id: string, url: string, width: number, height: number}[]}} Said */
/** @typedef {{ticket_id: string, stage: "pending" | "human" | "resolved", operator: string | null, callback: boolean,
 *   writing: boolean, read_at: string | null}} Handoff */
/** @typedef {{thread_id: string, first_words: string, last_at: string, ticket_id: string | null, state: string, operator: string | null}} Earlier */
/** @typedef {{shop: string, disclosure: string, open_chat: boolean, voice_seconds: number | null, greeting: string, reply_time: string,
 *   suggestions: string[], logo: string | null, avatar: string | null, sign_in: string | null, link_hosts: string[],
 *   image_mb?: number | null}} Chat */
/** @typedef {import("./outbox.js").Outgoing} Outgoing */
/** @typedef {"chat" | "message" | "waiting" | "progress" | "token" | "owner" | "problem" | "began"} Change */

const LOST = [0, 408, 425, 429];
const SEND_MS = 20_000;
const TYPING_MS = 4_000;

/** One customer's conversation; tells its owner about every change. */
export class Conversation {
  /** @type {Chat | null} */ chat = null;
  /** @type {Map<string, Said>} */ messages = new Map();
  /** @type {Said[]} */ waiting = [];
  /** @type {Handoff | null} */ handoff = null;
  owner = "bot";
  progress = "";
  draft = "";
  /** Why the server refused something, in its words. */
  refusal = "";
  /** @type {"" | "offline" | "server" | "origin" | "sign_in" | "sign_in_first"} what keeps the conversation from going on */
  trouble = "";
  /** Whether the messages of before have been read. */
  caughtUp = false;
  #threadId = "";
  #lastId = "";
  #closed = false;
  #given = "";
  /** @type {AbortController | null} */ #following = null;
  #patience = new Patience();
  #typedAt = 0;
  /** @type {Map<string, boolean>} what the customer judged here: the server may still be telling what they judged before */ #judged = new Map();

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
    this.kept = new Kept(base, this.#given);
    this.changed = changed;
    this.api = new Api(base, () => this.#token());
    this.open = new Api(base, async () => "");
    this.outbox = new Outbox(this.kept.place("outbox"), (message) => this.#deliver(message), (error) => {
      this.#refused(error);
      this.changed("waiting");
    });
  }

  /** Show what there is, and go on with the conversation of before. */
  async start() {
    addEventListener("storage", this.#elsewhere);
    addEventListener("online", this.#hurry);
    this.#threadId = this.kept.get("thread");
    if (this.#threadId) void this.#follow();
    else this.caughtUp = true;
    this.#push();
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
    this.outbox.close();
    this.#following?.abort();
    this.#patience.hurry();
  }

  get begun() {
    return this.#threadId !== "";
  }

  /** The messages on their way, in the order they were written. */
  get outgoing() {
    return this.outbox.messages;
  }

  /** Begin anew; the conversation of before stays with the shop, what was not sent is given up. */
  forget() {
    this.outbox.only(() => false);
    this.#problem("");
    this.#drop();
  }

  /**
   * Send a message, after those written before it; `answers` names the actions that a yes or no is for. It counts once, however
   * often it has to be sent.
   * @param {string} text
   * @param {string[]} [answers]
   * @param {File[]} [pictures]
   */
  send(text, answers = [], pictures = []) {
    this.outbox.add(text, answers, pictures);
    this.#push();
  }

  /**
   * Send a message again that was refused.
   * @param {Outgoing} message
   */
  again(message) {
    message.failed = false;
    this.#push();
  }

  /**
   * Give up a message that was refused.
   * @param {Outgoing} message
   */
  giveUp(message) {
    this.outbox.only((other) => other !== message);
    this.#push();
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

  /** Stop the reply that is being written. */
  stop() {
    return this.api.call("POST", `/v1/threads/${this.#threadId}/stop`);
  }

  /**
   * @param {string} id of a reply
   * @param {boolean} helpful
   */
  async judge(id, helpful) {
    this.#judged.set(id, helpful);
    try {
      await this.api.call("POST", `/v1/threads/${this.#threadId}/replies/${encodeURIComponent(id)}/rating`, { helpful });
    } catch {
      this.#judged.delete(id); // what the server knows is shown again with the next look at the conversation
    }
  }

  /** Tell people who have the conversation that the customer writes. */
  typing() {
    if (this.owner === "bot" || !this.#threadId || Date.now() - this.#typedAt < TYPING_MS) return;
    this.#typedAt = Date.now();
    this.api.call("POST", `/v1/threads/${this.#threadId}/typing`).catch(() => {}); // nobody misses a single one
  }

  /**
   * Return the customer's other conversations, the newest first.
   * @returns {Promise<Earlier[]>}
   */
  async earlier() {
    if (!this.#given && !this.kept.get("token")) return [];
    const { threads } = await this.api.call("GET", "/v1/threads");
    return threads.filter((/** @type {Earlier} */ one) => one.thread_id !== this.#threadId);
  }

  /**
   * Go on with a conversation of before.
   * @param {string} threadId
   */
  resume(threadId) {
    this.outbox.only(() => false);
    this.#problem("");
    this.#leave();
    this.caughtUp = false;
    this.#threadId = threadId;
    this.kept.set("thread", threadId);
    void this.#follow();
  }

  #push() {
    if (!this.outbox.blocked) this.#problem("");
    this.changed("waiting");
    void this.outbox.run();
  }

  /** @param {Outgoing} message */
  async #deliver(message) {
    const before = new Set(this.messages.keys());
    const kept = await this.#patiently(() => this.#post(message));
    // Given up meanwhile, or written down for who goes on in this window.
    if (this.#closed || !this.outgoing.includes(message)) return;
    if (!message.to && kept.thread_id !== this.#threadId) {
      this.#leave();
      this.#threadId = kept.thread_id;
      this.kept.set("thread", kept.thread_id);
    }
    message.messageId = kept.message_id;
    // A repeated one may be known already, and one that nobody else's turn held up may be read before this answer comes.
    const said = [...this.messages.values()].some((one) => !before.has(one.id) && one.role === "customer" && one.text.includes(message.text));
    if (said || kept.status !== "waiting" || this.waiting.some((one) => one.id === kept.message_id)) {
      this.outbox.only((other) => other !== message);
    }
    this.changed("waiting");
    if (!this.#following) void this.#follow();
  }

  /**
   * @param {Outgoing} message
   * @returns {Promise<any>}
   */
  async #post(message) {
    if (!this.outgoing.includes(message)) throw new Error("given up");
    if (message.to === null) {
      message.to = this.#threadId;
      this.outbox.keep();
    }
    const { answers, to } = message;
    const headers = { "Idempotency-Key": message.key, Prefer: "respond-async" };
    /** @type {Record<string, unknown>} */
    const body = { text: message.text, locale: this.locale };
    if (answers.length) body.answers = answers;
    if (to) body.thread_id = to;
    try {
      if (message.pictures?.length) return await this.#upload(message, body, headers);
      return await this.api.call("POST", "/v1/messages", body, headers, AbortSignal.timeout(SEND_MS));
    } catch (error) {
      if (!(error instanceof ApiError) || answers.length || !to) throw error;
      if (error.status !== 404 && !(error.status === 401 && !this.#given)) throw error;
      // The conversation of before is gone, or the visitor's token is over: a new one begins.
      if (error.status === 401) this.kept.set("token", "");
      if (to === this.#threadId) this.#drop();
      message.key += "-new";
      message.to = null;
      return this.#post(message);
    }
  }

  /**
   * @param {Outgoing} message
   * @param {Record<string, unknown>} body
   * @param {Record<string, string>} headers
   */
  #upload(message, body, headers) {
    const form = new FormData();
    for (const [name, value] of Object.entries(body)) for (const one of [value].flat()) form.append(name, String(one));
    for (const picture of message.pictures ?? []) form.append("images", picture, picture.name);
    return this.api.upload("/v1/messages", form, headers, (share) => {
      message.sent = share;
      this.changed("waiting");
    });
  }

  async #follow() {
    this.#following?.abort();
    const following = (this.#following = new AbortController());
    for (let failures = 0; !this.#closed && following === this.#following; ) {
      let status = 0;
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
        status = error instanceof ApiError ? error.status : 0;
        if (status === 404 || status === 401 || status === 403) {
          if (this.#given) this.#refused(error);
          else this.kept.set("token", "");
          if (status === 404 || !this.#given) this.#drop();
          this.caughtUp = true;
          return;
        }
      }
      if (this.#closed || following !== this.#following) return;
      if (failures > 0) void this.#lost(status);
      failures = await this.#patience.after(failures);
    }
  }

  /** The server begins with the turn that runs: what was written of it so far comes once more. */
  #restart() {
    this.#setTrouble("");
    this.draft = this.progress = "";
    this.changed("token", "");
  }

  /**
   * @param {string} event
   * @param {any} data
   */
  #take(event, data) {
    if (event === "message") {
      data.helpful = this.#judged.get(data.id) ?? data.helpful;
      this.messages.set(data.id, data);
      if (data.role !== "customer") this.draft = this.progress = "";
      this.#settle(data);
      this.changed("message", data);
    } else if (event === "waiting") {
      this.waiting = data;
      const known = new Set(this.waiting.map((said) => said.id));
      this.outbox.only((message) => !known.has(message.messageId));
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
    this.outbox.only((message) => !message.messageId || !words.includes(message.text));
    this.waiting = this.waiting.filter((message) => !words.includes(message.text));
    this.changed("waiting");
  }

  #drop() {
    this.kept.set("thread", "");
    this.#leave();
  }

  /** Drop what is shown, without a word to the server; what was not sent yet goes into the next conversation. */
  #leave() {
    this.#following?.abort();
    this.#following = null;
    this.#threadId = this.#lastId = this.draft = this.progress = "";
    this.messages.clear();
    this.waiting = [];
    this.outbox.only((message) => !message.messageId);
    this.handoff = null;
    this.owner = "bot";
    this.caughtUp = true;
    this.changed("began");
    this.changed("waiting");
  }

  #elsewhere = (/** @type {StorageEvent} */ event) => {
    if (event.key !== this.kept.place("thread") || (event.newValue ?? "") === this.#threadId) return;
    this.#leave();
    this.#threadId = event.newValue ?? "";
    if (this.#threadId) void this.#follow();
  };

  #hurry = () => this.#patience.hurry(true);

  /**
   * Try until it works or the server refuses for good.
   * @template T
   * @param {() => Promise<T>} attempt
   * @returns {Promise<T>}
   */
  async #patiently(attempt) {
    for (let failures = 0; ; ) {
      try {
        const done = await attempt();
        this.#setTrouble("");
        return done;
      } catch (error) {
        if (!(error instanceof ApiError) || this.#closed) throw error;
        if (!LOST.includes(error.status) && error.status < 502) throw error;
        if (error.status === 429) this.#setTrouble("");
        else void this.#lost(error.status);
        failures = await this.#patience.after(failures, error.retryAfter);
      }
    }
  }

  /**
   * Say what keeps the conversation from going on, as far as that can be known.
   * @param {number} status of the answer; 0 for none
   */
  async #lost(status) {
    if (this.trouble === "origin") return;
    const elsewhere = new URL(this.base).origin !== location.origin;
    // What everybody may read answers, and only we do not: then the server does not let this page in.
    const shut = status === 0 && elsewhere && navigator.onLine && (await reaches(`${this.base}/widget.js`));
    this.#setTrouble(shut ? "origin" : status >= 500 ? "server" : "offline");
  }

  /** @param {Conversation["trouble"]} trouble */
  #setTrouble(trouble) {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.changed("problem");
    if (!trouble) this.#patience.hurry();
  }

  /** @param {unknown} error */
  #refused(error) {
    const status = error instanceof ApiError ? error.status : 0;
    if (status === 401 && this.#given) return this.#setTrouble("sign_in");
    if (status === 403 && !this.#given && !this.chat?.open_chat) return this.#setTrouble("sign_in_first");
    this.#problem(error instanceof Error ? error.message : String(error));
  }

  /** @param {string} refusal */
  #problem(refusal) {
    this.refusal = refusal;
    this.changed("problem");
  }

  /** Return the customer's token, or the visitor's: kept for all tabs, renewed while it is good. */
  async #token() {
    if (this.#given) return this.#given;
    const fetched = async () => {
      const kept = this.kept.get("token");
      const { exp = 0, iat = 0 } = claimsOf(kept);
      const now = Date.now() / 1000;
      if (now < (exp + iat) / 2) return kept;
      const old = now < exp - 5 ? kept : "";
      const given = await new Api(this.base, async () => old).call("POST", `/v1/tokens?locale=${this.locale}`, undefined, {}, AbortSignal.timeout(SEND_MS));
      this.kept.set("token", given.token);
      return String(given.token);
    };
    // One tab asks, the others take what it got.
    return navigator.locks ? navigator.locks.request("support-agent-token", fetched) : fetched();
  }
}

/**
 * Say whether an address answers at all.
 * @param {string} address
 */
function reaches(address) {
  return fetch(address, { cache: "no-store", credentials: "omit" }).then((answer) => answer.ok, () => false);
}
