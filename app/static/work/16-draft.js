// What is typed: saved on the server while it is typed, never in this browser, and not lost when the line breaks.
{
  const told = document.getElementById("safe");
  const words = told ? told.dataset : {};
  const dirty = new Map(), sending = new Set();
  let pressed = null, saved = "";

  const clock = () => new Date().toTimeString().slice(0, 5);
  const say = (form, text, bad) => {
    let line = form.querySelector(".draft-said");
    if (!line) {
      line = document.createElement("p");
      line.className = "draft-said";
      line.setAttribute("role", "status");
      form.appendChild(line);
    }
    line.textContent = text;
    line.classList.toggle("draft-said-bad", Boolean(bad));
  };
  const post = (path, body, keepalive) => fetch(path, {
    method: "POST", body, keepalive, credentials: "same-origin", headers: { "X-Steady": "1" },
  });
  const texts = (form) => {
    const pairs = new URLSearchParams();
    new FormData(form).forEach((value, name) => { if (typeof value === "string") pairs.append(name, value); });
    return pairs;
  };

  const save = (form) => {
    const since = dirty.get(form);
    dirty.delete(form);
    return post("/drafts", texts(form), true).then((answer) => {
      if (!answer.headers.get("X-To")) throw Object.assign(new Error(), { refused: answer.status < 500 });
      saved = clock();
      say(form, words.saved.replace("{at}", saved));
    }).catch((error) => {
      if (!dirty.has(form)) dirty.set(form, since);
      say(form, words.unsaved.replace("{at}", saved || since), true);
      throw error;
    });
  };
  screenWork.save = () => Promise.all(Array.from(dirty.keys(), save));
  const quietly = () => { screenWork.save().catch(() => 0); };
  setInterval(quietly, 10000);
  document.addEventListener("visibilitychange", () => { if (document.hidden) quietly(); });
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = event.target.form;
      if (form && form.hasAttribute("data-draft") && !sending.has(form) && !dirty.has(form)) dirty.set(form, clock());
    });
  }

  const show = (form, html, failed) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const main = page.getElementById("main");
    if (!main) throw new Error();
    // A refusal that does not bring the form back is told beside it: what was typed stays.
    if (failed && !main.querySelector("form[data-steady]")) {
      const heard = Array.from(main.querySelectorAll("h1, h1 ~ p:not(:last-child)"), (each) => each.textContent);
      say(form, heard.join(" "), true);
      return;
    }
    document.getElementById("main").replaceWith(document.adoptNode(main));
    const first = main.querySelector(".summary") || main;
    scrollTo(0, 0);
    first.focus();
    document.dispatchEvent(new Event("work:shown"));
  };
  const go = (to) => {
    const there = new URL(to, location.href);
    if (there.href.split("#")[0] === location.href.split("#")[0] && there.hash) {
      location.replace(there.href);
      location.reload();
    } else location.assign(there.href);
  };
  const send = (form, button) => {
    const whole = new FormData(form);
    if (button && button.name) whole.append(button.name, button.value);
    const action = button && button.hasAttribute("formaction") ? button.formAction : form.action;
    const body = form.enctype === "multipart/form-data" ? whole : new URLSearchParams(whole);
    const since = dirty.get(form);
    const again = () => { sending.delete(form); if (button) button.disabled = false; };
    sending.add(form);
    dirty.delete(form);
    if (button) button.disabled = true;
    say(form, words.sending || "…");
    post(action, body, false).then((answer) => {
      const to = answer.headers.get("X-To");
      if (to) return go(to);
      const kind = answer.headers.get("Content-Type") || "";
      if (answer.status >= 500 || !kind.startsWith("text/html")) throw new Error();
      return answer.text().then((html) => { again(); show(form, html, !answer.ok); });
    }).catch(() => {
      again();
      if (since) dirty.set(form, since);
      say(form, words.unsent || "…", true);
    });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest ? event.target.closest("button") : null;
    pressed = button && button.form ? button : null;
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (sending.has(form)) event.preventDefault();
    else if (form.hasAttribute("data-steady") && told) {
      event.preventDefault();
      send(form, pressed && pressed.form === form ? pressed : form.querySelector("button"));
    } else {
      sending.add(form);
      setTimeout(() => sending.delete(form), 8000);
    }
  });
}
