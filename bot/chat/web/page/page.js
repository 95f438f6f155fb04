// Brings the parts together: who is here, what is shown, and what each frame changes.

import { Composer } from "./composer.js";
import { Connection, newId } from "./connection.js";
import { openForm } from "./dialog.js";
import { Pane } from "./pane.js";
import { fillTimes } from "./times.js";

const PRESS_TIMEOUT_MS = 15000;
const STATE_DELAY_MS = 600; // a blink of the connection is nobody's business

const $ = (selector) => document.querySelector(selector);
const app = $(".app");
const picker = $("#person");
const busy = new Map(); // press id → {message, action, timer}

let connection = null;
let stateTimer = 0;

const tell = (frame) => connection?.tell(frame);
const focusPane = (name) => composers[name].focus(panes[name].log);
const panes = Object.fromEntries(
  ["main", "thread"].map((name) => [name, new Pane($(`#${name}`), { tell, onTitle: describe, onFocusLost: () => focusPane(name) })]),
);
const composers = Object.fromEntries(
  Object.entries(panes).map(([name, pane]) => [
    name,
    new Composer($(`[data-composer=${name}]`), pane.root, {
      connection: () => connection,
      onProblem: toast,
      onSend: send,
      lastOwn: () => pane.lastOwn(),
    }),
  ]),
);

// --- who is here ---

function be(person) {
  const option = [...picker.options].find((each) => each.value === person) ?? picker.options[0];
  picker.value = option.value;
  sessionStorage.setItem("person", option.value);
  const me = $("#me");
  me.textContent = option.dataset.initials;
  me.className = `avatar colour-${option.dataset.colour}`;
  connection?.close();
  Object.values(panes).forEach((pane) => pane.forget());
  $("#places").replaceChildren();
  connection = new Connection(option.value, { onFrame, onState });
}

picker.addEventListener("change", () => {
  be(picker.value);
  showMenu(false);
});

// --- what is shown ---

const place = () => decodeURIComponent(location.hash.slice(1)).split("/");

function route() {
  const [channel, thread] = place();
  if (!channel) return history.replaceState(null, "", "#practice"), route();
  const inThread = Boolean(thread);
  app.classList.toggle("with-thread", inThread);
  const fromMenu = app.classList.contains("menu-open");
  showMenu(false);
  $("#thread").hidden = !inThread;
  if (panes.main.name !== channel) {
    panes.main.show(channel, connection.person);
    composers.main.show(channel, `Message #${channel}`);
    if (!inThread) composers.main.focus();
  }
  if (!inThread) {
    panes.thread.hide();
    describe();
    if (fromMenu) focusPane("main");
    return markPlace();
  }
  const name = `${channel}/${thread}`;
  if (panes.thread.name !== name) {
    panes.thread.show(name, connection.person);
    composers.thread.show(name, "Reply in the thread");
    composers.thread.focus();
  }
  if (fromMenu) focusPane("thread");
  markPlace();
}

function markPlace() {
  const [channel, thread] = place();
  for (const link of document.querySelectorAll("#places a")) {
    const here = link.dataset.conversation === (thread ? `${channel}/${thread}` : channel);
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function describe() {
  const shown = panes.thread.current ?? panes.main.current;
  const unread = Number(document.documentElement.dataset.unread ?? 0);
  document.title = `${unread ? `(${unread}) ` : ""}${shown?.title || "Freehand"} · Freehand`;
}

addEventListener("hashchange", route);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  connection.retry();
  Object.values(panes).forEach((pane) => pane.current && pane.look());
});

// --- what the server says ---

const HANDLERS = {
  welcome(frame) {
    connection.commands = frame.commands;
    if (!frame.resumed) Object.values(panes).forEach((pane) => pane.forget());
    route();
    showPending();
    Object.values(panes).forEach((pane) => pane.current && !pane.current.loaded && tell({ type: "open", conversation: pane.name }));
  },
  page: (frame) => eachPane("page", frame),
  message(frame) {
    eachPane("message", frame);
    markBusy();
  },
  gone: (frame) => eachPane("gone", frame),
  thread: (frame) => eachPane("thread", frame),
  sidebar(frame) {
    const focused = document.activeElement?.dataset?.conversation;
    $("#places").innerHTML = frame.html;
    document.documentElement.dataset.unread = frame.unread;
    markPlace();
    describe();
    if (focused) $(`#places [data-conversation="${CSS.escape(focused)}"]`)?.focus();
  },
  form: (frame) => openForm($("#dialog"), frame, connection),
  done: (frame) => release(frame.id),
  sent: showPending,
  error(frame) {
    release(frame.id);
    showPending();
    if (/^(That channel|That thread) is not here/.test(frame.text)) location.hash = "practice";
    if (!frame.id) toast(frame.text);
  },
};

function eachPane(what, frame) {
  Object.values(panes).forEach((pane) => pane[what](frame));
}

function onFrame(frame) {
  HANDLERS[frame.type]?.(frame);
}

function onState(state) {
  clearTimeout(stateTimer);
  const bar = $(".connection");
  if (state === "here") return (bar.hidden = true);
  const show = () => {
    bar.replaceChildren(
      state === "refused"
        ? "Freehand does not know this page any more. Open the new link from the terminal."
        : "The connection is lost. What you write is kept; reconnecting …",
    );
    const now = document.createElement("button");
    now.type = "button";
    now.textContent = "Try now";
    now.onclick = () => connection.retry();
    bar.append(now);
    bar.hidden = false;
  };
  if (bar.hidden) stateTimer = setTimeout(show, STATE_DELAY_MS);
  else show();
}

function showPending() {
  Object.values(panes).forEach((pane) => pane.pending(connection.unsent));
}

async function send(frame) {
  const asked = connection.ask(frame);
  setTimeout(showPending, connection.ready ? 250 : 0); // most are there before that
  eachPaneOf(frame.conversation, (pane) => pane.toBottom());
  await asked;
  showPending();
}

function eachPaneOf(conversation, act) {
  Object.values(panes).filter((pane) => pane.name === conversation).forEach(act);
}

function toast(sentence) {
  const element = document.createElement("p");
  element.textContent = sentence;
  $(".toasts").append(element);
  setTimeout(() => element.remove(), 7000);
}

// --- what the person does ---

const CLICKS = {
  press(target, message) {
    const id = newId();
    const action = target.dataset.action;
    if (target.getAttribute("aria-busy") === "true") return;
    busy.set(id, { message, action, timer: setTimeout(() => release(id), PRESS_TIMEOUT_MS) });
    markBusy();
    connection.ask({ type: "press", id, message, action }).catch((problem) => toast(problem.message));
  },
  thread(_target, message) {
    location.hash = `${panes.main.name}/${message}`;
  },
  edit(target, message) {
    const pane = target.closest("#thread") ? "thread" : "main";
    composers[pane].edit(message, target.closest(".message").ownText);
  },
  delete(target, message) {
    if (!target.classList.contains("armed")) return arm(target); // a slip of the hand deletes nothing
    connection.ask({ type: "delete", id: newId(), message }).catch((problem) => toast(problem.message));
  },
  more(target) {
    const open = target.closest("figure").classList.toggle("open");
    target.dataset.all ??= target.textContent;
    target.textContent = open ? "Show less" : target.dataset.all;
    target.setAttribute("aria-expanded", String(open));
  },
  unfold(target) {
    const open = target.closest(".message").classList.toggle("unfolded");
    target.setAttribute("aria-expanded", String(open));
  },
  reveal(target) {
    const covered = target.nextElementSibling;
    covered.hidden = !covered.hidden;
    target.setAttribute("aria-expanded", String(!covered.hidden));
  },
  dismiss(_target, message) {
    tell({ type: "dismiss", message });
  },
  async copy(target) {
    await navigator.clipboard.writeText(target.closest("figure").querySelector("code").textContent);
    target.textContent = "Copied";
    setTimeout(() => (target.textContent = "Copy"), 1500);
  },
  "close-thread"() {
    location.hash = panes.main.name;
    addEventListener("hashchange", () => focusPane("main"), { once: true }); // on a phone it is hidden until then
  },
  "close-dialog"() {
    $("#dialog").close();
  },
  menu() {
    const open = !app.classList.contains("menu-open");
    showMenu(open);
    (open ? $("#places a") : $(".head .menu"))?.focus();
  },
  skip(_target, _message, event) {
    event.preventDefault();
    composers[panes.thread.current ? "thread" : "main"].field.focus();
  },
  theme() {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", document.documentElement.dataset.theme);
  },
};

document.addEventListener("click", (event) => {
  const command = event.target.closest("button.command");
  if (command) composers[command.closest("#thread") ? "thread" : "main"].begin(`${command.dataset.command} `.replace(/ $/, ""));
  const target = event.target.closest("[data-do]");
  const message = Number(target?.closest(".message")?.dataset.id ?? 0);
  if (target) CLICKS[target.dataset.do]?.(target, message, event);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || $("#dialog").open) return;
  const armed = $(".armed");
  if (armed) disarm(armed);
  else if (app.classList.contains("menu-open")) CLICKS.menu();
});

function showMenu(open) {
  app.classList.toggle("menu-open", open);
  $(".head .menu").setAttribute("aria-expanded", String(open));
}

function arm(button) {
  button.classList.add("armed");
  button.setAttribute("aria-label", "Delete? Press again to delete, Escape to keep"); // for those who do not see the red
  for (const event of ["blur", "mouseleave"]) {
    button.addEventListener(event, () => disarm(button), { once: true });
  }
}

function disarm(button) {
  button.classList.remove("armed");
  button.removeAttribute("aria-label");
}

function markBusy() {
  for (const button of document.querySelectorAll("[data-do=press]")) {
    const message = Number(button.closest(".message").dataset.id);
    const waits = [...busy.values()].some((press) => press.message === message && press.action === button.dataset.action);
    if (waits) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
}

function release(id) {
  if (!busy.has(id)) return;
  clearTimeout(busy.get(id).timer);
  busy.delete(id);
  markBusy();
}

// A file dropped beside a pane must not replace the page.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => event.preventDefault());

be(sessionStorage.getItem("person"));
route();
fillTimes();
