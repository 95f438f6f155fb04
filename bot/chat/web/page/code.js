// Fenced blocks while they are typed: where they begin and end, and their colours.

const FENCE = /`{3,}/g;
const PYTHON = new RegExp(
  [
    String.raw`(?<c>#[^\n]*)`,
    String.raw`(?<s>[rbfuRBFU]{0,2}(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))`,
    String.raw`(?<k>\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False)\b)`,
    String.raw`(?<m>\b\d[\w.]*)`,
    String.raw`(?<n>\b\w+(?=\()|@[\w.]+)`,
  ].join("|"),
  "g",
);

/** Whether a place in the text lies inside a block that is open. */
export function inFence(text, position) {
  return (text.slice(0, position).match(FENCE) ?? []).length % 2 === 1;
}

export const hasFence = (text) => text.includes("```");

/** The text as coloured nodes, character by character the same as the text. */
export function coloured(text) {
  const nodes = [];
  let open = false;
  let position = 0;
  for (const fence of text.matchAll(FENCE)) {
    nodes.push(...(open ? code : prose)(text.slice(position, fence.index)), span("fence", fence[0]));
    open = !open;
    position = fence.index + fence[0].length;
  }
  nodes.push(...(open ? code : prose)(text.slice(position)));
  return nodes;
}

function prose(text) {
  return split(text, /(?<command>^\/[a-z]+)|(?<mention>(?<![\w.@/])@freehand\b)/gi);
}

/** Python as coloured nodes; a block may begin with the tag of its language. */
export function code(text, isTagged = true) {
  if (!isTagged) return split(text, PYTHON);
  const line = text.indexOf("\n") + 1 || text.length;
  const tag = /^[\w+#.-]*[ \t]*\n?$/.test(text.slice(0, line)) ? line : 0;
  return [span("fence", text.slice(0, tag)), ...split(text.slice(tag), PYTHON)];
}

function split(text, pattern) {
  const nodes = [];
  let position = 0;
  for (const found of text.matchAll(pattern)) {
    const [kind] = Object.entries(found.groups).find(([, value]) => value !== undefined);
    nodes.push(text.slice(position, found.index), span(kind, found[0]));
    position = found.index + found[0].length;
  }
  nodes.push(text.slice(position));
  return nodes;
}

function span(kind, text) {
  const element = document.createElement("span");
  element.className = kind;
  element.textContent = text;
  return element;
}

/** Write into a field so that undoing works. */
export function write(field, text) {
  field.focus();
  const before = field.value;
  if (!document.execCommand("insertText", false, text) || field.value === before) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Enter inside code: the next line begins where this one does, deeper after a colon. */
export function newLine(field) {
  const before = field.value.slice(0, field.selectionStart);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const indent = line.match(/^[ \t]*/)[0];
  write(field, `\n${indent}${/:\s*(#.*)?$/.test(line) && !line.startsWith("```") ? "    " : ""}`);
}

/** Tab inside code: four blanks, or every chosen line deeper (or back). */
export function indent(field, back) {
  const { selectionStart: start, selectionEnd: end, value } = field;
  if (!back && start === end) return write(field, "    ");
  const first = value.lastIndexOf("\n", start - 1) + 1;
  const lines = value.slice(first, end).split("\n");
  const moved = lines.map((line) => (back ? line.replace(/^ {1,4}|^\t/, "") : line && `    ${line}`)).join("\n");
  field.setSelectionRange(first, end);
  write(field, moved);
  field.setSelectionRange(start === end ? first + moved.length : first, first + moved.length);
}
