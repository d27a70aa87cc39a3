// The console works without this file. With it, what moves refreshes itself, dialogs open in place and ids are copied.
"use strict";

const FRAGMENT = { headers: { "X-Fragment": "yes" }, credentials: "same-origin" };

// --- what moves -------------------------------------------------------------------------------------------------------
function keepFresh(part) {
  let every = Number(part.dataset.every);
  const refresh = async () => {
    if (document.hidden || document.querySelector("dialog[open]")) return;
    const answer = await fetch(part.dataset.live, FRAGMENT);
    if (answer.redirected) return location.reload(); // signed out
    if (!answer.ok) throw new Error(answer.status);
    const running = answer.headers.get("X-Live") === "yes";
    const moving = part.dataset.moving; // "yes" or "no" where the rest of the page changes with the end or the beginning
    if (moving && (moving === "yes") !== running) return location.reload();
    put(part, await answer.text());
  };
  const again = () => setTimeout(async () => {
    try {
      await refresh();
      every = Number(part.dataset.every);
    } catch {
      part.querySelectorAll("[data-stale]").forEach((mark) => { mark.hidden = false; });
      every = Math.min(every * 2, 30000);
    }
    again();
  }, every);
  again();
}

// New content keeps what a person holds: focus, open details, scrolled tables.
function put(part, html) {
  const held = document.activeElement && part.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...part.querySelectorAll("details")].map((one) => one.open);
  const scrolled = [...part.querySelectorAll(".scroll, .events, .grid")].map((one) => [one.scrollLeft, one.scrollTop]);
  if (getSelection().toString()) return; // somebody is copying
  part.innerHTML = html;
  part.querySelectorAll("details").forEach((one, index) => { if (index < open.length) one.open = open[index]; });
  part.querySelectorAll(".scroll, .events, .grid").forEach((one, index) => {
    if (index < scrolled.length) [one.scrollLeft, one.scrollTop] = scrolled[index];
  });
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

// --- dialogs ----------------------------------------------------------------------------------------------------------
async function openDialog(address, options, opener) {
  const answer = await fetch(address, { ...FRAGMENT, ...options });
  if (answer.redirected || !answer.ok) return location.assign(address);
  const window_ = document.createElement("dialog");
  window_.className = "window";
  window_.innerHTML = await answer.text();
  window_.setAttribute("aria-labelledby", window_.querySelector("h2")?.id ?? "");
  document.body.append(window_);
  window_.addEventListener("close", () => { window_.remove(); document.getElementById(opener)?.focus(); });
  window_.addEventListener("click", (event) => {
    if (event.target === window_) window_.close();
    if (event.target.closest("[data-close]")) { event.preventDefault(); window_.close(); }
  });
  window_.showModal();
  window_.querySelector("textarea, input:not([type=hidden]), button")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openDialog(link.href, {}, link.id);
  }
  const text = event.target.closest("[data-copy]");
  if (text && !getSelection().toString()) {
    navigator.clipboard?.writeText(text.textContent.trim()).then(() => {
      text.title = "Copied";
      setTimeout(() => text.removeAttribute("title"), 2000);
    });
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-dialog]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const label = button.textContent;
  button.disabled = true;
  button.textContent = "Working…";
  openDialog(form.action, { method: "POST", body: new FormData(form) }, button.id).finally(() => {
    button.disabled = false;
    button.textContent = label;
  });
});

// --- files: the theme would write a chosen file's name into the form's first text field ---------------------------------
document.addEventListener("change", (event) => {
  if (event.target.matches(".field input[type=file]")) event.stopPropagation();
}, true);

// --- keys: a link or button with data-key is followed by its letter, but not while somebody writes ---------------------
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (document.querySelector("dialog[open]")) return;
  const wanted = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
  if (wanted) { event.preventDefault(); wanted.click(); }
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-live]").forEach(keepFresh);
});
