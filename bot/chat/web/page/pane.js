// A pane shows one conversation at a time; messages are kept as the server has rendered them.

import { dayName, fillTimes } from "./times.js";

const GROUP_MS = 5 * 60 * 1000;
const AT_BOTTOM_PX = 90;
const SUCCESS_MS = 4000;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const fragment = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

/** The messages of one conversation, and what stands between them. */
class Conversation {
  constructor(name, person) {
    this.name = name;
    this.person = person;
    this.parent = Number(name.split("/")[1] ?? 0);
    this.loaded = false;
    this.solved = false; // whether this person has solved the thread's challenge, by whatever answer
    this.title = "";
    this.topic = "";
    this.element = document.createElement("div");
    this.element.className = "messages";
    this.older = button("older", "Show earlier messages");
    this.list = document.createElement("div");
    this.pending = document.createElement("div");
    this.element.append(this.older, this.list, this.pending);
    this.older.hidden = true;
  }

  find(id) {
    return this.list.querySelector(`:scope > [data-id="${id}"]`);
  }

  get oldest() {
    return this.list.querySelector(":scope > .message:not(.parent)");
  }

  get last() {
    return this.list.querySelector(":scope > .message:last-of-type");
  }

  put(frame, { arrived = false } = {}) {
    const element = fragment(frame.html).firstElementChild;
    element.querySelector(".thread-slot").innerHTML = frame.thread;
    const own = element.dataset.author === this.person;
    element.querySelectorAll("[data-do=edit], [data-do=delete]").forEach((tool) => tool.toggleAttribute("hidden", !own));
    if (own && frame.text !== null) element.ownText = frame.text;
    element.classList.toggle("parent", frame.message === this.parent);
    fillTimes(element);
    const known = this.find(frame.message);
    if (known) return replace(known, element);
    if (arrived) element.classList.add("arrived");
    const next = [...this.list.querySelectorAll(":scope > .message")].findLast((other) => Number(other.dataset.id) < frame.message);
    if (next) next.after(element);
    else this.list.prepend(element);
  }

  /** Whether a message tells this person that their answer is solved. */
  isSuccess(id) {
    return this.find(id).matches(`[data-feedback-to="${CSS.escape(this.person)}"][data-solved]`);
  }

  /** Group what belongs together, say where a day begins, and fold what is out of date. */
  arrange() {
    this.#fold();
    const parent = this.find(this.parent); // it opens the thread, whatever else is loaded
    if (parent && parent.nextElementSibling !== this.older) parent.after(this.older);
    this.list.querySelectorAll(":scope > .day").forEach((separator) => separator.remove());
    let before = null;
    for (const message of this.list.querySelectorAll(":scope > .message")) {
      const at = new Date(message.dataset.at);
      const day = dayName(at);
      if (before?.day !== day) message.before(separator(day));
      message.classList.toggle("grouped", before?.day === day && follows(before, message, at));
      before = { message, at, day };
    }
  }

  /** Details of a version of an answer, once there is feedback about a newer one. */
  #fold() {
    const told = [...this.list.querySelectorAll(":scope > [data-feedback-to]")];
    const newest = new Map(told.map(({ dataset }) => [dataset.answer, dataset.submission]));
    for (const message of this.list.querySelectorAll(":scope > [data-answer]:not([data-feedback-to], .outdated)")) {
      const { answer, submission } = message.dataset;
      if ((newest.get(answer) ?? submission) === submission) continue;
      message.classList.add("outdated");
      const unfold = button("unfold", "Details of an earlier version");
      unfold.setAttribute("aria-expanded", "false");
      message.querySelector(".body").prepend(unfold);
    }
  }
}

function follows({ message: before, at: then }, message, now) {
  const same = (name) => before.dataset[name] === message.dataset[name];
  const kind = (element) => element.classList.contains("private");
  return (
    same("author") && kind(before) === kind(message) && now - then < GROUP_MS &&
    !before.classList.contains("parent") && !message.querySelector(".about")
  );
}

/** Put new content in place; the control that had the focus has it again. */
function replace(known, element) {
  const focused = known.contains(document.activeElement) ? document.activeElement : null;
  known.replaceWith(element);
  if (!focused) return;
  const again = [...element.querySelectorAll(focused.tagName)].find((other) => other.textContent === focused.textContent);
  if (again) again.focus({ preventScroll: true });
  else focusOn(element);
}

/** Let the keyboard go on at a message, whose controls are next. */
function focusOn(message) {
  message?.setAttribute("tabindex", "-1");
  message?.focus({ preventScroll: true });
}

function separator(day) {
  const element = document.createElement("div");
  element.className = "day";
  element.role = "separator";
  element.textContent = day;
  return element;
}

function button(kind, text) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = kind;
  element.dataset.do = kind;
  element.textContent = text;
  return element;
}

export class Pane {
  #conversations = new Map();
  #frame = 0;

  constructor(root, { tell, onTitle, onFocusLost }) {
    this.root = root;
    this.log = root.querySelector(".log");
    this.newer = root.querySelector(".newer");
    this.taskButton = root.querySelector(".to-task"); // a channel has none
    this.tell = tell;
    this.onTitle = onTitle;
    this.onFocusLost = onFocusLost;
    this.current = null;
    this.log.addEventListener("scroll", () => this.atBottom && this.#seen(), { passive: true });
    new ResizeObserver(() => this.#stuck && this.toBottom()).observe(this.log);
    root.addEventListener("click", (event) => {
      const what = event.target.closest("[data-do]")?.dataset.do;
      if (what === "newer") this.toBottom(), this.onFocusLost();
      if (what === "older") this.#askOlder();
      if (what === "task") this.#toTask();
    });
    // Pictures have no height until they are there.
    this.log.addEventListener("load", () => this.#stuck && this.toBottom(), true);
  }

  #stuck = true;

  get atBottom() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < AT_BOTTOM_PX;
  }

  get name() {
    return this.current?.name ?? "";
  }

  show(name, person) {
    if (this.name === name) return;
    let conversation = this.#conversations.get(name);
    if (!conversation) this.#conversations.set(name, (conversation = new Conversation(name, person)));
    this.current = conversation;
    conversation.seeksTask = false;
    conversation.list.querySelector(":scope > .fresh")?.classList.remove("fresh");
    this.log.replaceChildren(conversation.element);
    this.#describe();
    if (conversation.loaded) this.toBottom();
    else this.tell({ type: "open", conversation: name });
  }

  hide() {
    this.current = null;
    this.log.replaceChildren();
  }

  /** Begin afresh: another person, or too much was missed. */
  forget() {
    this.#conversations.clear();
    this.hide();
  }

  page(frame) {
    const conversation = this.#conversations.get(frame.conversation);
    if (!conversation) return;
    const height = this.log.scrollHeight;
    const readFrom = document.activeElement === conversation.older && conversation.oldest;
    this.log.setAttribute("aria-busy", "true"); // history is not news: it is not read out
    conversation.loaded = true;
    conversation.title = frame.title;
    conversation.topic = frame.topic;
    conversation.solved ||= frame.solved;
    conversation.untitled = frame.items.length === 1 && conversation.parent > 0;
    conversation.older.hidden = !frame.more;
    frame.items.forEach((item) => conversation.put(item));
    conversation.arrange();
    this.#empty(conversation);
    this.log.removeAttribute("aria-busy");
    if (conversation !== this.current) return;
    this.#describe();
    if (readFrom) focusOn(readFrom); // the button is far above it now, or gone
    if (conversation.seeksTask) return this.#toTask();
    if (frame.before) this.log.scrollTop += this.log.scrollHeight - height;
    else this.#toUnread(frame.read);
  }

  /** Begin to read where one has stopped; a thread that is new is read from its top. */
  #toUnread(read) {
    const messages = [...this.current.list.querySelectorAll(":scope > .message:not(.parent)")];
    const first = messages.findIndex((message) => Number(message.dataset.id) > read && !message.ownText);
    if (first < 0) return this.toBottom();
    if (first > 0) messages[first].classList.add("fresh");
    const top = first === 0 ? 0 : messages[first].offsetTop - this.log.offsetTop - 40;
    this.log.scrollTop = top;
    this.#stuck = this.atBottom;
    if (this.#stuck) this.#seen();
  }

  message(frame) {
    for (const conversation of this.#conversations.values()) {
      const belongs = conversation.name === frame.conversation;
      if (!conversation.loaded || !(belongs || conversation.parent === frame.message)) continue;
      const isNew = !conversation.find(frame.message);
      const { oldest } = conversation;
      if (isNew && !conversation.older.hidden && oldest && frame.message < Number(oldest.dataset.id)) continue;
      this.#stuck = this.atBottom;
      conversation.put(frame, { arrived: isNew });
      conversation.arrange();
      this.#empty(conversation);
      const isFirstSuccess = !conversation.solved && conversation.isSuccess(frame.message);
      conversation.solved ||= isFirstSuccess;
      if (conversation !== this.current) continue;
      this.#describe();
      this.#settle(isNew && !this.#isOwn(frame));
      if (isFirstSuccess) this.#celebrate(conversation.find(frame.message));
    }
  }

  gone(frame) {
    for (const conversation of this.#conversations.values()) {
      const message = conversation.find(frame.message);
      if (!message) continue;
      const hadFocus = message.contains(document.activeElement);
      const next = conversation.list.querySelector(`:scope > [data-id="${frame.message}"] ~ .message`);
      message.remove();
      conversation.arrange();
      this.#empty(conversation);
      if (hadFocus && next) focusOn(next);
      else if (hadFocus) this.onFocusLost();
    }
  }

  thread(frame) {
    for (const conversation of this.#conversations.values()) {
      // The first reply has just given the thread its title.
      if (conversation.parent === frame.message && conversation.untitled) this.tell({ type: "open", conversation: conversation.name });
      const slot = conversation.find(frame.message)?.querySelector(".thread-slot");
      if (!slot) continue;
      this.#stuck = this.atBottom;
      const hadFocus = slot.contains(document.activeElement);
      slot.innerHTML = frame.html;
      fillTimes(slot);
      if (hadFocus) slot.querySelector("a")?.focus({ preventScroll: true });
      if (conversation === this.current) this.#settle(false);
    }
  }

  /** What is on its way, in its place. */
  pending(frames) {
    for (const conversation of this.#conversations.values()) {
      const waiting = frames.filter((frame) => frame.conversation === conversation.name);
      conversation.pending.replaceChildren(...waiting.map(pendingElement));
    }
    if (this.#stuck) this.toBottom();
  }

  lastOwn() {
    const own = [...(this.current?.list.querySelectorAll(":scope > .message") ?? [])].findLast((message) => message.ownText);
    return own && { message: Number(own.dataset.id), text: own.ownText };
  }

  toBottom() {
    this.#stuck = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.#seen();
  }

  /** Tell how far was read, once one can have read it. */
  #seen() {
    this.#stuck = true;
    this.newer.hidden = true;
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      const last = this.current?.loaded && this.current.last;
      if (!last || document.hidden || Number(last.dataset.id) <= (this.current.read ?? 0)) return;
      this.current.read = Number(last.dataset.id);
      this.tell({ type: "read", conversation: this.name, message: this.current.read });
    });
  }

  look() {
    if (this.atBottom) this.#seen();
  }

  #settle(isNews) {
    if (this.#stuck) this.toBottom();
    else if (isNews) this.newer.hidden = false;
  }

  /** Success is seen where one looks, also when one has edited an answer far above. */
  #celebrate(message) {
    if (message !== this.current.last) this.#stuck = false;
    message.classList.add("success");
    setTimeout(() => message.classList.remove("success"), SUCCESS_MS);
    message.scrollIntoView({ block: "nearest", behavior: STILL.matches ? "auto" : "smooth" });
  }

  #isOwn(frame) {
    return frame.text !== null;
  }

  #askOlder() {
    this.tell({ type: "older", conversation: this.name, before: Number(this.current.oldest.dataset.id) });
  }

  /** Go to the task, the first message of a challenge's thread; load what is missing before it. */
  #toTask() {
    this.current.seeksTask = !this.current.older.hidden;
    if (this.current.seeksTask) return this.#askOlder();
    const { oldest: task } = this.current;
    this.#stuck = false;
    focusOn(task);
    task?.scrollIntoView({ block: "start" });
  }

  #describe() {
    this.root.querySelector(".head h2").textContent = this.current.title || `# ${this.name}`;
    this.root.querySelector(".topic").replaceChildren(...this.#standing());
    this.onTitle(this.current);
  }

  /** A channel's topic; of a challenge, whether it is solved, and until when it is open. */
  #standing() {
    const { topic, parent, solved } = this.current;
    if (!parent) return [topic];
    const moment = [...(this.current.find(parent)?.querySelectorAll(".moment") ?? [])].at(-1);
    this.taskButton.hidden = !moment;
    const words = [...(moment?.cloneNode(true).childNodes ?? [])];
    return solved ? ["✓ Solved", ...(words.length ? [" · ", ...words] : [])] : words;
  }

  #empty(conversation) {
    conversation.element.querySelector(".empty")?.remove();
    if (conversation.list.querySelector(".message")) return;
    const note = fragment('<div class="empty"><img src="/page/mark.svg" alt="" width="52" height="52"><b>Nothing here yet</b></div>');
    note.querySelector(".empty").append("Type / to see what Freehand can do. New challenges appear in #practice.");
    conversation.element.prepend(note);
  }
}

function pendingElement(frame) {
  const element = document.createElement("div");
  const note = document.createElement("small");
  const words = document.createElement("p");
  element.className = "pending";
  words.textContent = frame.text.slice(0, 600);
  note.textContent = "Sending …";
  element.append(words, note);
  return element;
}
