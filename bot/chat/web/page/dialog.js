// Forms. What was typed is kept until it was taken, also when the dialog is opened anew.

import { code, indent, newLine } from "./code.js";
import { Files, dropOnto } from "./files.js";

const drafts = new Map(); // form id → {field name → text}

export function openForm(dialog, { form: formId, html }, connection) {
  if (dialog.open) dialog.close();
  dialog.innerHTML = html;
  const form = dialog.querySelector("form");
  const problem = form.querySelector(".problem");
  const say = (sentence) => {
    problem.textContent = sentence;
    problem.hidden = !sentence;
  };
  const files = attach(form, say);
  restore(form, formId);
  form.addEventListener("input", () => (drafts.set(formId, values(form)), paint(form)));
  paint(form);
  form.addEventListener("keydown", (event) => editCode(event, form));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (files?.busy) return say("One moment: the file is still on its way.");
    const send = form.querySelector("[type=submit]");
    send.disabled = true;
    send.setAttribute("aria-busy", "true");
    say("");
    try {
      await connection.ask({ type: "submit", id: form.dataset.token, fields: values(form), files: files?.ids ?? [] });
      drafts.delete(formId);
      if (form.isConnected) dialog.close();
    } catch (error) {
      say(error.message);
      send.disabled = false;
      send.removeAttribute("aria-busy");
    }
  });
  dialog.showModal();
  form.querySelector("textarea")?.focus();
}

function values(form) {
  return Object.fromEntries([...form.querySelectorAll("textarea")].map((field) => [field.name, field.value]));
}

function restore(form, formId) {
  const draft = drafts.get(formId) ?? {};
  for (const field of form.querySelectorAll("textarea")) field.value = draft[field.name] ?? field.value;
}

/** Code in colour, as in the field of a pane. */
function paint(form) {
  for (const mirror of form.querySelectorAll(".mirror")) {
    mirror.replaceChildren(...code(mirror.nextElementSibling.value, false), "\u200b");
  }
}

function attach(form, say) {
  const zone = form.querySelector("[data-drop]");
  if (!zone) return null;
  const files = new Files(zone.querySelector(".files"), { limit: 1, onProblem: say, onChange: () => say("") });
  const picker = zone.querySelector(".picker");
  zone.querySelector("[data-do=attach]").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    files.add(picker.files);
    picker.value = "";
  });
  dropOnto(zone, (dropped) => files.add(dropped));
  return files;
}

function editCode(event, form) {
  const field = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return form.requestSubmit();
  if (!field.classList?.contains("code")) return;
  if (event.key === "Tab" && !event.shiftKey) event.preventDefault(), indent(field, false);
  if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), newLine(field);
}
