// Read a stream of server-sent events from a response: `EventSource` itself cannot send a token.

const SILENT_MS = 40_000;

/** @typedef {{event: string, data: any, id: string}} StreamEvent */

/**
 * Yield the events of a response (https://html.spec.whatwg.org/multipage/server-sent-events.html); comments are dropped, and
 * so is an event that the end of the stream cut off. Data is read as JSON.
 * @param {Response} response
 * @returns {AsyncGenerator<StreamEvent>}
 */
export async function* readEvents(response) {
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      // The server says something every 15 seconds: a connection silent for longer is dead, though nobody has closed it.
      const silent = setTimeout(() => void reader.cancel().catch(() => {}), SILENT_MS);
      const { done, value } = await reader.read();
      clearTimeout(silent);
      if (done) return;
      rest += value;
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const read = parse(block);
        if (read) yield read;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * @param {string} block
 * @returns {StreamEvent | null}
 */
function parse(block) {
  let event = "message";
  let id = "";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
    else if (name === "id") id = value;
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")), id } : null;
}
