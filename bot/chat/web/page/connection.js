// One WebSocket that comes back by itself. What was asked and not confirmed is asked again, under
// the same id, so that it happens once; what was missed meanwhile the server sends by itself.

const PAUSES_MS = [300, 700, 1500, 3000, 5000, 8000];
const FRAME_LIMIT_BYTES = 250 * 1024;
const encoder = new TextEncoder();

export const newId = () => crypto.randomUUID();

export class Connection {
  #socket = null;
  #failures = 0;
  #timer = 0;
  #asked = new Map(); // id → {frame, resolve, reject}
  #queries = new Map(); // id → resolve
  #closed = false;

  constructor(person, { onFrame, onState }) {
    this.person = person;
    this.since = 0;
    this.ready = false;
    this.onFrame = onFrame;
    this.onState = onState;
    this.#restore();
    addEventListener("online", () => this.retry());
    this.#connect();
  }

  /** Ask for an action; resolves when the server has stored it, rejects with its sentence. */
  ask(frame) {
    frame.id ??= newId();
    if (encoder.encode(JSON.stringify(frame)).length > FRAME_LIMIT_BYTES) {
      return Promise.reject(new Error("That is more than one message holds. Send the code as a file."));
    }
    return new Promise((resolve, reject) => {
      this.#asked.set(frame.id, { frame, resolve, reject });
      this.#keep();
      this.#put(frame);
    });
  }

  /** Ask for something to look at; null when it does not come. */
  query(frame) {
    if (!this.ready) return Promise.resolve(null);
    frame.id = newId();
    return new Promise((resolve) => {
      this.#queries.set(frame.id, resolve);
      setTimeout(() => this.#answer(frame.id, null), 3000);
      this.#put(frame);
    });
  }

  /** Say something that need not be repeated. */
  tell(frame) {
    this.#put(frame);
  }

  /** Messages that were not confirmed yet, oldest first. */
  get unsent() {
    return [...this.#asked.values()].map((asked) => asked.frame).filter((frame) => frame.type === "say");
  }

  retry() {
    if (this.#closed || this.#socket) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #connect() {
    const socket = new WebSocket(`ws://${location.host}/socket`);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: "hello", person: this.person, tab: tabId(), since: this.since }));
    };
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = () => this.#lost(socket);
  }

  #put(frame) {
    if (this.ready) this.#socket.send(JSON.stringify(frame));
  }

  #receive(frame) {
    if (frame.revision !== undefined) this.since = frame.revision;
    if (frame.type === "welcome") this.#welcomed();
    if (frame.type === "sent") this.#settle(frame.id, (asked) => asked.resolve(frame));
    if (frame.type === "error" && frame.id) this.#settle(frame.id, (asked) => asked.reject(new Error(frame.text)));
    if (frame.type === "suggestions") this.#answer(frame.id, frame.items);
    this.onFrame(frame);
  }

  #welcomed() {
    this.ready = true;
    this.#failures = 0;
    this.onState("here", 0);
    for (const asked of this.#asked.values()) this.#put(asked.frame);
  }

  #settle(id, how) {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    this.#keep();
    how(asked);
  }

  #answer(id, items) {
    this.#queries.get(id)?.(items);
    this.#queries.delete(id);
  }

  async #lost(socket) {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.ready = false;
    if (this.#closed) return;
    const pause = PAUSES_MS[Math.min(this.#failures++, PAUSES_MS.length - 1)];
    this.#timer = setTimeout(() => this.#connect(), pause);
    // A refused WebSocket does not say why; an ordinary request does.
    const refused = await fetch("/alive").then((answer) => answer.status === 403, () => false);
    if (!this.ready && !this.#closed) this.onState(refused ? "refused" : "lost", pause);
  }

  // Unconfirmed messages outlive a reload of the page.
  #keep() {
    sessionStorage.setItem(`unsent-${this.person}`, JSON.stringify(this.unsent));
  }

  #restore() {
    const nobody = () => {};
    for (const frame of JSON.parse(sessionStorage.getItem(`unsent-${this.person}`) ?? "[]")) {
      this.#asked.set(frame.id, { frame, resolve: nobody, reject: nobody });
    }
  }
}

function tabId() {
  let id = sessionStorage.getItem("tab");
  if (!id) sessionStorage.setItem("tab", (id = newId()));
  return id;
}
