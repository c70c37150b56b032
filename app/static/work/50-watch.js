// Counts down to the end of an emergency access; without this the page says how long it was when it was written.
for (const place of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(place.dataset.until);
  const show = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 60000));
    place.textContent = `(${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")})`;
  };
  show();
  setInterval(show, 20000);
}
