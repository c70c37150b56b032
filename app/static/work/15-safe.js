// The screen: hides it at once, covers it after a while out of sight, warns before it locks. The server locks by itself.
const screenWork = { save: () => Promise.resolve() };
{
  const root = document.documentElement;
  const told = document.getElementById("safe");
  const hide = document.getElementById("hide");
  const conceal = () => root.classList.add("safe-concealed");

  // A page that comes back from the browser's memory is asked for again, and stays empty until it is there.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  if (told && hide) {
    const seconds = (name) => Number(told.dataset[name]) * 1000;
    const warning = document.getElementById("safe-warning");
    const cover = document.getElementById("safe-cover");
    let contact = Date.now(), used = false, gone = 0, leaving = false;

    const post = (path, body) => fetch(path, {
      method: "POST", body, credentials: "same-origin", keepalive: true, headers: { "X-Steady": "1" },
    });
    const token = () => new URLSearchParams(new FormData(hide));

    const neutral = () => location.replace("/neutral");
    const vanish = () => {
      if (leaving) return;
      leaving = true;
      conceal();
      screenWork.save().then(() => 0, () => 0);
      post("/hide", token()).then(neutral, neutral);
      setTimeout(neutral, 1500);
    };
    hide.addEventListener("submit", (event) => { event.preventDefault(); vanish(); });
    let escapes = [];
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") { escapes = []; return; }
      escapes = escapes.filter((at) => event.timeStamp - at < 2000).concat(event.timeStamp);
      if (escapes.length > 2) vanish();
    });
    for (const each of document.querySelectorAll(".safe-scripted")) each.hidden = false;

    // Away from this page: to where it is unlocked. What was typed is saved first; while it cannot be, the page stays
    // here, covered, and tries again.
    const lock = () => {
      if (leaving) return;
      leaving = true;
      conceal();
      const form = document.querySelector("[name=draft_of]");
      const away = () => {
        location.replace("/locked?next=" + encodeURIComponent(form ? form.value : location.pathname));
      };
      screenWork.save().then(away, (error) => {
        if (error.refused) away();
        leaving = false;
        root.classList.add("safe-waits");
      });
    };
    const awake = () => {
      const at = Date.now();
      used = false;
      return post("/awake", token()).then((answer) => {
        const to = answer.headers.get("X-To") || "";
        if (/^\/(locked|sign-in)/.test(to)) lock();
        else if (answer.ok) { contact = at; warning.hidden = true; }
      });
    };
    const look = () => {
      const idle = Date.now() - contact;
      if (idle >= seconds("idle")) lock();
      else if (used && idle > 60000) awake().catch(() => { used = true; });
      else if (idle >= seconds("idle") - seconds("warning") - seconds("slack")) {
        if (warning.hidden) { warning.hidden = false; warning.querySelector("button").focus(); }
      }
    };
    for (const kind of ["keydown", "pointerdown", "touchstart", "wheel"]) {
      addEventListener(kind, () => { used = true; }, { passive: true });
    }
    warning.querySelector("button").addEventListener("click", () => { awake().catch(() => { used = true; }); });
    setInterval(look, 5000);

    const uncover = () => { cover.hidden = true; root.classList.remove("safe-covered"); };
    const covered = () => { cover.hidden = false; root.classList.add("safe-covered"); };
    cover.querySelector("button").addEventListener("click", uncover);
    let timer = 0;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(timer);
      if (document.hidden) {
        gone = Date.now();
        timer = setTimeout(covered, seconds("cover"));
      } else {
        if (Date.now() - gone > seconds("cover")) covered();
        look();
      }
    });
    addEventListener("pagehide", conceal);
  }
}
