// The referral desk looks again every minute while it can be seen, and says so only if something has changed.
{
  const list = document.querySelector("[data-check]");
  const news = document.querySelector("[data-news]");
  const checked = document.querySelector("[data-checked]");
  if (list && news && checked) {
    const shape = (root) => [...root.querySelectorAll("[data-item]")].map((item) => {
      const due = item.querySelector(".tag");
      return item.dataset.item + (due ? due.textContent : "");
    }).join();
    const look = async () => {
      if (document.hidden) return;
      // Nobody pressed anything: the session must not be taken for one that is in use.
      const answer = await fetch(list.dataset.check, { credentials: "same-origin", headers: { "X-Unattended": "1" } });
      if (!answer.ok || answer.redirected) { clearInterval(timer); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-check]"), at = page.querySelector("[data-checked]");
      if (!fresh || !at) { clearInterval(timer); return; }
      checked.textContent = at.textContent;
      if (shape(fresh) === shape(list)) return;
      if (!list.contains(document.activeElement)) list.innerHTML = fresh.innerHTML;
      news.textContent = news.dataset.news;
      news.classList.remove("unseen");
    };
    const timer = setInterval(() => look().catch(() => {}), 60000);
  }
}
