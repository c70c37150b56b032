// Counts down to the end of an emergency access, from what the server said was left: clocks of phones are often wrong.
for (const place of document.querySelectorAll("[data-seconds]")) {
  const ends = performance.now() + Number(place.dataset.seconds) * 1000;
  const show = () => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 60000));
    place.textContent = `(${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")})`;
  };
  show();
  setInterval(show, 20000);
}
