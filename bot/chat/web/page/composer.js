// The field at the bottom of a pane.

import { coloured, hasFence, inFence, indent, newLine, write } from "./code.js";
import { Completion } from "./completion.js";
import { Files, dropOnto, idsOf } from "./files.js";

const NARROW = matchMedia("(max-width: 720px)");

export class Composer {
  #editing = null; // {message, before}
  #escaped = false; // after Escape, Tab leaves the field
  #conversation = "";

  constructor(form, pane, { connection, onProblem, onSend, lastOwn }) {
    this.form = form;
    this.field = form.querySelector("textarea");
    this.mirror = form.querySelector(".mirror");
    this.hint = form.querySelector(".hint");
    this.connection = connection;
    this.onProblem = onProblem;
    this.onSend = onSend;
    this.lastOwn = lastOwn;
    this.files = new Files(form.querySelector(".files"), { onChange: () => this.#paint(), onProblem });
    this.completion = new Completion(this.field, form.querySelector(".completion"), {
      commands: () => connection().commands ?? [],
      query: (frame) => connection().query({ ...frame, conversation: this.#conversation }),
      write: (from, text) => {
        this.field.setSelectionRange(from, this.field.selectionStart);
        write(this.field, text);
      },
    });
    this.#listen(pane);
    this.#paint();
  }

  /** Turn to another conversation; what was begun in this one waits. */
  show(conversation, placeholder) {
    if (this.#editing) this.#leaveEdit();
    this.#conversation = conversation;
    this.field.placeholder = placeholder;
    this.#set(this.#draft(conversation));
  }

  /** On a phone the keyboard would cover what one reads: there something else may have the focus. */
  focus(onPhone = null) {
    (NARROW.matches ? onPhone : this.field)?.focus();
  }

  /** Begin with this text, unless something is there already. */
  begin(text) {
    if (!this.field.value.trim()) this.#set(text);
    this.field.focus();
    this.completion.refresh();
  }

  edit(message, text) {
    this.#editing = { message, before: this.#editing?.before ?? this.field.value };
    this.form.querySelector(".editing").hidden = false;
    this.#set(text);
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
  }

  #listen(pane) {
    this.form.addEventListener("submit", (event) => (event.preventDefault(), this.#send()));
    this.field.addEventListener("input", () => (this.#paint(), this.completion.refresh()));
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) event.preventDefault();
      this.files.add(event.clipboardData.files);
    });
    this.form.addEventListener("click", (event) => this.#click(event.target.closest("[data-do]")?.dataset.do));
    const picker = this.form.querySelector(".picker");
    picker.addEventListener("change", () => {
      this.files.add(picker.files);
      picker.value = "";
    });
    dropOnto(pane, (files) => {
      this.files.add(files);
      this.field.focus();
    });
    document.addEventListener("selectionchange", () => document.activeElement === this.field && this.#hint());
  }

  #click(what) {
    if (what === "code") this.#fence();
    if (what === "attach") this.form.querySelector(".picker").click();
    if (what === "cancel-edit") this.#leaveEdit();
  }

  #key(event) {
    if (event.isComposing) return;
    if (this.completion.key(event)) return event.preventDefault();
    const { value, selectionStart } = this.field;
    const inCode = inFence(value, selectionStart);
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (inCode && !event.ctrlKey && !event.metaKey) newLine(this.field);
      else this.#send();
    } else if (event.key === "Tab" && inCode && !this.#escaped) {
      event.preventDefault();
      indent(this.field, event.shiftKey);
    } else if (event.key === "ArrowUp" && !value && !this.#editing) {
      const last = this.lastOwn();
      if (last) event.preventDefault(), this.edit(last.message, last.text);
    } else if (event.key === "Escape" && this.#editing) this.#leaveEdit();
    this.#escaped = event.key === "Escape" || (this.#escaped && event.key === "Shift");
  }

  /** Put the chosen text between fences, or open a block to write in. */
  #fence() {
    const { value, selectionStart: start, selectionEnd: end } = this.field;
    const chosen = value.slice(start, end);
    const before = start && value[start - 1] !== "\n" ? "\n" : "";
    write(this.field, `${before}\`\`\`python\n${chosen}\n\`\`\`${value.slice(end) ? "\n" : ""}`);
    const caret = start + before.length + "```python\n".length + chosen.length;
    this.field.setSelectionRange(caret, caret);
    this.#hint();
  }

  async #send() {
    const text = this.field.value;
    if (this.files.busy) return this.onProblem("One moment: a file is still on its way.");
    if (!text.trim() && this.files.empty) return;
    this.completion.close();
    if (this.#editing) return this.#sendEdit(text);
    const conversation = this.#conversation;
    const files = this.files.take();
    this.#set("");
    try {
      await this.onSend({ type: "say", conversation, text: text.trimEnd(), files: idsOf(files) });
    } catch (problem) {
      this.onProblem(problem.message);
      if (!this.#draft(conversation)) this.#keep(conversation, text);
      if (this.#conversation !== conversation || this.field.value) return;
      this.#set(text);
      this.files.giveBack(files);
    }
  }

  // A draft outlives a reload of the page.
  #draft(conversation) {
    return sessionStorage.getItem(`draft-${this.connection().person}-${conversation}`) ?? "";
  }

  #keep(conversation, text) {
    sessionStorage.setItem(`draft-${this.connection().person}-${conversation}`, text);
  }

  async #sendEdit(text) {
    const { message } = this.#editing;
    try {
      await this.connection().ask({ type: "edit", message, text: text.trimEnd() });
      if (this.#editing?.message === message) this.#leaveEdit();
    } catch (problem) {
      this.onProblem(problem.message);
    }
  }

  #leaveEdit() {
    const { before } = this.#editing;
    this.#editing = null;
    this.form.querySelector(".editing").hidden = true;
    this.#set(before);
  }

  #set(text) {
    this.field.value = text;
    this.field.setSelectionRange(text.length, text.length);
    this.#paint();
  }

  #paint() {
    const { value } = this.field;
    if (this.#conversation && !this.#editing) this.#keep(this.#conversation, value);
    const code = hasFence(value);
    this.form.classList.toggle("has-code", code);
    this.field.spellcheck = !code;
    this.mirror.replaceChildren(...coloured(value), "\u200b"); // keeps an empty last line open
    this.form.querySelector(".send").disabled = !value.trim() && this.files.empty;
    this.#hint();
  }

  #hint() {
    const inCode = inFence(this.field.value, this.field.selectionStart);
    const hint = inCode ? "Enter: next line · Ctrl+Enter: send" : this.field.value ? "Shift+Enter: next line" : "";
    if (this.hint.textContent !== hint) this.hint.textContent = hint;
  }
}
