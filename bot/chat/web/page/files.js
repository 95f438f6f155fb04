// Attachments: chosen, dropped or pasted, sent up at once with their progress, taken back at will.

export const LIMIT_BYTES = 1024 * 1024;

export const idsOf = (items) => items.map((item) => item.id);

export class Files {
  #items = []; // {id, element, request}

  constructor(list, { limit = 10, onChange = () => {}, onProblem }) {
    this.list = list;
    this.limit = limit;
    this.onChange = onChange;
    this.onProblem = onProblem;
  }

  get ids() {
    return idsOf(this.#items);
  }

  get busy() {
    return this.#items.some((item) => !item.id);
  }

  get empty() {
    return this.#items.length === 0;
  }

  add(files) {
    for (const file of files) {
      const problem = this.#problem(file);
      if (problem) this.onProblem(problem);
      else this.#upload(file);
    }
  }

  /** Hand them over to a message. */
  take() {
    const items = this.#items;
    this.#items = [];
    this.list.replaceChildren();
    this.onChange();
    return items;
  }

  /** The message could not be sent: they are here again. */
  giveBack(items) {
    this.#items.push(...items);
    this.list.append(...items.map((item) => item.element));
    this.onChange();
  }

  #problem(file) {
    if (!/\.(py|ipynb)$/i.test(file.name)) return `${file.name} is no code: I take .py and .ipynb files.`;
    if (file.size > LIMIT_BYTES) {
      return `${file.name} is over 1 MB. Clear the notebook's outputs, or send the code alone.`;
    }
    return this.#items.length >= this.limit ? `That is enough: ${this.limit} here at most.` : "";
  }

  #upload(file) {
    const item = { id: "", element: document.createElement("li"), request: new XMLHttpRequest() };
    const bar = document.createElement("progress");
    const remove = document.createElement("button");
    bar.max = 1;
    bar.value = 0;
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Take ${file.name} back`);
    remove.onclick = () => this.#remove(item, true);
    item.element.append(file.name, remove, bar);
    this.list.append(item.element);
    this.#items.push(item);
    this.onChange();
    this.#send(item, file, bar);
  }

  #send(item, file, bar) {
    const { request } = item;
    const failed = (sentence) => {
      this.#remove(item, false);
      this.onProblem(sentence);
    };
    request.upload.onprogress = (event) => (bar.value = event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => failed(`${file.name} could not be sent. Is Freehand still running?`);
    request.onload = () => {
      const answer = JSON.parse(request.responseText || "{}");
      if (request.status !== 200) return failed(answer.error ?? `${file.name} could not be stored. Please try again.`);
      item.id = answer.id;
      bar.remove();
      this.onChange();
    };
    request.responseType = "text";
    request.open("POST", `/files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  }

  #remove(item, tellServer) {
    this.#items = this.#items.filter((other) => other !== item);
    item.element.remove();
    if (!item.id) item.request.abort();
    else if (tellServer) fetch(`/files/${item.id}`, { method: "DELETE" }).catch(() => {});
    this.onChange();
  }
}

/** Let files be dropped onto an area, which shows that it takes them. */
export function dropOnto(area, take) {
  let depth = 0; // enter and leave come for every element inside the area, too
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const show = (change) => {
    depth = Math.max(0, depth + change);
    area.classList.toggle("dropping", depth > 0);
  };
  area.addEventListener("dragenter", (event) => hasFiles(event) && (event.preventDefault(), show(1)));
  area.addEventListener("dragleave", (event) => hasFiles(event) && show(-1));
  area.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  area.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(-depth);
    take(event.dataTransfer.files);
  });
}
