// Points in time, in the reader's own zone.

const language = navigator.language.startsWith("en") ? navigator.language : "en-GB";
const format = (options) => new Intl.DateTimeFormat(language, options);

const clock = format({ hour: "2-digit", minute: "2-digit" });
const full = format({ dateStyle: "full", timeStyle: "short" });
const moment = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const day = format({ weekday: "long", day: "numeric", month: "long" });
const dayOfYear = format({ day: "numeric", month: "long", year: "numeric" });
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

export function relative(then, now = new Date()) {
  const seconds = (then - now) / 1000;
  for (const [unit, length] of STEPS) {
    // Two of the smaller unit say more than one of the larger: "in 47 hours", "in 90 minutes".
    if (Math.abs(seconds) >= length * (unit === "day" ? 2 : unit === "hour" ? 1.5 : 1)) {
      return ago.format(Math.round(seconds / length), unit);
    }
  }
  return seconds < 0 ? "just now" : "in a moment";
}

/** The heading above a day's messages. */
export function dayName(date, now = new Date()) {
  const midnight = (when) => new Date(when.getFullYear(), when.getMonth(), when.getDate());
  const days = Math.round((midnight(now) - midnight(date)) / 86400000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return days < 200 ? day.format(date) : dayOfYear.format(date);
}

const SHOWN = {
  clock: (at) => clock.format(at),
  relative: (at) => relative(at),
  moment: (at) => `${moment.format(at)} · ${relative(at)}`,
};

export function fillTimes(root = document) {
  for (const element of root.querySelectorAll("time[data-time]")) {
    const at = new Date(element.dateTime);
    element.textContent = SHOWN[element.dataset.time](at);
    element.title = full.format(at);
  }
}

setInterval(fillTimes, 20000);
