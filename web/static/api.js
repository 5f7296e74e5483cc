// Talk to the server: every request carries a token, every failure is one of ours.

import { readEvents } from "./sse.js";

/** A refusal of the server, or the loss of the way to it (status 0). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   * @param {number} [retryAfter] seconds
   */
  constructor(status, detail, retryAfter = 0) {
    super(detail);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** A client of one server. */
export class Api {
  /**
   * @param {string} base the server's origin
   * @param {() => Promise<string>} token returns the token to send, or nothing; asked before each request
   */
  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  /**
   * Return the JSON of an answer, or null where there is none; throws ApiError.
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] sent as JSON; a Blob is sent as it is
   * @param {Record<string, string>} [headers]
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async call(method, path, body, headers = {}, signal) {
    const response = await this.#fetch(method, path, body, headers, signal);
    if (response.status === 204) return null;
    return response.json().catch((error) => {
      throw new ApiError(0, String(error)); // cut off on the way
    });
  }

  /**
   * Return what a path holds as a file; throws ApiError.
   * @param {string} path
   */
  async file(path) {
    return (await this.#fetch("GET", path, undefined, {})).blob();
  }

  /**
   * Send a form with files, and return the JSON of the answer; throws ApiError.
   * @param {string} path
   * @param {FormData} form
   * @param {Record<string, string>} headers
   * @param {(share: number) => void} progress is told how much has been sent, from 0 to 1
   * @returns {Promise<any>}
   */
  async upload(path, form, headers, progress) {
    const token = await this.token();
    // `fetch` does not say how far it is.
    const request = new XMLHttpRequest();
    request.open("POST", this.base + path);
    for (const [name, value] of Object.entries(token ? { ...headers, Authorization: `Bearer ${token}` } : headers)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    const done = new Promise((answered, failed) => {
      request.addEventListener("load", () => answered(null));
      for (const way of ["error", "abort", "timeout"]) request.addEventListener(way, () => failed(new ApiError(0, way)));
    });
    request.send(form);
    await done;
    if (request.status >= 200 && request.status < 300) return request.response;
    throw new ApiError(request.status, String(request.response?.detail ?? request.statusText), Number(request.getResponseHeader("Retry-After") ?? 0));
  }

  /**
   * Yield the events of a path until it ends or is aborted; throws ApiError.
   * @param {string} path
   * @param {{lastId?: string, signal?: AbortSignal}} [options]
   */
  async *events(path, { lastId = "", signal } = {}) {
    /** @type {Record<string, string>} */
    const headers = { Accept: "text/event-stream" };
    if (lastId) headers["Last-Event-ID"] = lastId;
    const response = await this.#fetch("GET", path, undefined, headers, signal);
    try {
      yield* readEvents(response);
    } catch (error) {
      throw new ApiError(0, String(error));
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} body
   * @param {Record<string, string>} headers
   * @param {AbortSignal} [signal]
   */
  async #fetch(method, path, body, headers, signal) {
    const raw = body instanceof Blob;
    /** @type {Record<string, string>} */
    const sent = { ...headers };
    const token = await this.token();
    if (token) sent.Authorization = `Bearer ${token}`;
    if (body !== undefined && !raw) sent["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(this.base + path, {
        method,
        headers: sent,
        body: body === undefined ? null : raw ? body : JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        signal: signal ?? null,
        keepalive: method === "POST" && body === undefined, // small, and sent even while the page is left
      });
    } catch (error) {
      throw new ApiError(0, String(error));
    }
    if (response.ok) return response;
    const said = await response.json().catch(() => ({}));
    throw new ApiError(response.status, String(said.detail ?? response.statusText), Number(response.headers.get("Retry-After") ?? 0));
  }
}

/**
 * Return what a token says about its holder, unverified: only the server's word counts, this is for the page's own book-keeping.
 * @param {string} token
 * @returns {{sub?: string, role?: string, iat?: number, exp?: number, anonymous?: boolean}}
 */
export function claimsOf(token) {
  try {
    const part = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0))));
  } catch {
    return {};
  }
}

/**
 * Take a token out of the address (`#token=…`), so that it is in no history and no referrer, and return it.
 * @returns {string | null}
 */
export function tokenFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) history.replaceState(null, "", location.pathname + location.search);
  return given;
}
