// Record a voice message from the microphone.

/** A recording that is going on. */
export class Recorder {
  /** @type {MediaRecorder | null} */ #recorder = null;
  /** @type {Blob[]} */ #parts = [];

  get recording() {
    return this.#recorder !== null;
  }

  static get possible() {
    return Boolean(globalThis.MediaRecorder && navigator.mediaDevices);
  }

  /**
   * Begin; asks the customer for the microphone, and throws when they say no.
   * @param {number} seconds after which the recording ends
   * @param {() => void} over called when that time is over
   */
  async start(seconds, over) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    this.#parts = [];
    const recorder = (this.#recorder = new MediaRecorder(stream));
    recorder.addEventListener("dataavailable", (event) => this.#parts.push(event.data));
    recorder.start();
    setTimeout(() => this.#recorder === recorder && over(), seconds * 1000);
  }

  /**
   * End, free the microphone, and return what was recorded.
   * @returns {Promise<Blob>}
   */
  stop() {
    const recorder = this.#recorder;
    this.#recorder = null;
    return new Promise((done) => {
      if (!recorder) return done(new Blob());
      recorder.addEventListener("stop", () => done(new Blob(this.#parts, { type: recorder.mimeType || "audio/webm" })));
      recorder.stop();
      recorder.stream.getTracks().forEach((track) => track.stop());
    });
  }
}
