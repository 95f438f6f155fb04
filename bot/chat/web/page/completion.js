// The list above the composer: commands, their options, and the bot's name.

export class Completion {
  #items = [];
  #active = -1;
  #asked = 0;

  constructor(field, list, { commands, query, write }) {
    this.field = field;
    this.list = list;
    this.commands = commands;
    this.query = query;
    this.write = write; // replaces the text from a position up to the caret
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the field keeps the caret
      const option = event.target.closest("[role=option]");
      if (option) this.#choose(Number(option.dataset.index));
    });
    field.addEventListener("blur", () => this.close());
  }

  get open() {
    return !this.list.hidden;
  }

  close() {
    this.#asked += 1;
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  /** Look at the text before the caret, and offer what fits. */
  async refresh() {
    const asked = ++this.#asked;
    const text = this.field.value.slice(0, this.field.selectionStart);
    const offer = await this.#offer(text);
    if (asked !== this.#asked) return; // more was typed meanwhile
    if (offer && (offer.items.length || offer.about)) this.#show(offer);
    else this.close();
  }

  /** True if the key was meant for the list. */
  key(event) {
    if (!this.open) return false;
    if (event.key === "Escape") return this.close(), true;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!this.#items.length) return false;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = this.#active < 0 && step < 0 ? 0 : this.#active;
      return this.#mark((from + step + this.#items.length) % this.#items.length), true;
    }
    if (event.key === "Tab" && !event.shiftKey && this.#items.length) {
      return this.#choose(Math.max(0, this.#active)), true;
    }
    if (event.key === "Enter" && !event.shiftKey && this.#active >= 0 && !this.#isTyped(this.#active)) {
      return this.#choose(this.#active), true;
    }
    return false;
  }

  #isTyped(index) {
    const { text, from } = this.#items[index];
    return this.field.value.slice(from).trim().toLowerCase() === text.trim().toLowerCase();
  }

  async #offer(text) {
    const mention = text.match(/(?:^|\s)(@\w*)$/);
    if (mention && "@freehand".startsWith(mention[1].toLowerCase()) && mention[1].length < 9) {
      const from = text.length - mention[1].length;
      return { items: [{ text: "@Freehand ", label: "@Freehand", about: "The bot listens: plan, hint, help …", from }], first: 0 };
    }
    if (!text.startsWith("/") || text.includes("\n")) return null;
    const spec = this.commands()
      .filter(({ name }) => text.toLowerCase().startsWith(`/${name} `))
      .sort((a, b) => b.name.length - a.name.length)[0];
    return spec ? this.#options(spec, text) : this.#names(text);
  }

  #names(text) {
    const typed = text.slice(1).toLowerCase();
    const rank = ({ name }) => (name.startsWith(typed) ? 0 : name.split(" ").some((word) => word.startsWith(typed)) ? 1 : 2);
    const fitting = this.commands().filter((spec) => rank(spec) < 2 || (typed && spec.name.includes(typed)));
    const items = fitting
      .sort((a, b) => rank(a) - rank(b))
      .map((spec) => ({
        text: spec.options.length ? `/${spec.name} ` : `/${spec.name}`,
        label: `/${spec.name}`,
        rest: spec.usage.slice(spec.name.length + 1),
        about: spec.description,
        from: 0,
      }));
    const isWhole = items.length === 1 && items[0].text === text.toLowerCase();
    return isWhole ? null : { items, first: 0 };
  }

  async #options(spec, text) {
    const start = spec.name.length + 2;
    const words = text.slice(start).split(" ");
    const last = spec.options.length - 1;
    const index = Math.min(words.length - 1, last);
    if (index < 0 || words.length - 1 > last + 3) return null;
    const done = words.slice(0, index).join(" ");
    const from = start + (done ? done.length + 1 : 0);
    const partial = text.slice(from);
    const option = spec.options[index];
    const values = await this.#values(spec, option, partial);
    const about = { name: option.name, text: option.description, optional: !option.required };
    const end = index < last ? " " : "";
    return { items: values.map((value) => ({ text: value + end, label: value, from })), about, first: -1 };
  }

  async #values(spec, option, partial) {
    if (option.choices.length) return option.choices.filter((choice) => choice.startsWith(partial.toLowerCase()));
    if (!option.suggests) return [];
    return (await this.query({ type: "suggest", command: spec.name, option: option.name, partial })) ?? [];
  }

  #show({ items, about, first }) {
    this.#items = items;
    const options = items.map((item, index) => {
      const element = document.createElement("div");
      element.id = `${this.list.id}-${index}`;
      element.setAttribute("role", "option");
      element.dataset.index = index;
      element.append(text("b", item.label));
      if (item.rest) element.firstChild.append(text("i", item.rest));
      if (item.about) element.append(text("span", item.about));
      return element;
    });
    this.list.replaceChildren(...(about ? [heading(about)] : []), ...options);
    this.list.hidden = false;
    this.#mark(items.length ? first : -1);
  }

  #mark(index) {
    this.#active = index;
    for (const option of this.list.querySelectorAll("[role=option]")) {
      const active = Number(option.dataset.index) === index;
      option.setAttribute("aria-selected", String(active));
      if (active) option.scrollIntoView({ block: "nearest" });
    }
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
  }

  #choose(index) {
    const { text: chosen, from } = this.#items[index];
    this.close();
    this.write(from, chosen);
  }
}

function heading({ name, text: description, optional }) {
  const element = document.createElement("span");
  element.className = "about";
  element.append(text("b", name), ` ${description}${optional ? " (optional)" : ""}`);
  return element;
}

function text(tag, content) {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}
