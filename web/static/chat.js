// Put the parts of a chat together: the conversation with the server, and what is seen of it.

import { Conversation } from "./conversation.js";
import { ChatView } from "./view.js";

/**
 * Start a chat and return its parts; the panel of the view is to be put somewhere.
 * @param {{server: string, speech: import("./words.js").Speech, token: string | null, page: boolean, close: () => void, changed: () => void}} given
 *   `changed` is called after whatever changed what is shown
 */
export function startChat({ server, speech, token, page, close, changed }) {
  /** @type {ChatView} */
  let view;
  const conversation = new Conversation(server, speech.language, token, (change, detail) => {
    view.show(change, detail);
    changed();
  });
  view = new ChatView(speech, conversation, { page, close });
  void conversation.start();
  return { view, conversation };
}
