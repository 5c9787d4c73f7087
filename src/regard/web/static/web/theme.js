/* Runs before the first paint, so that a chosen theme never flashes. */
try {
  const t = localStorage.getItem('theme');
  if (t) document.documentElement.dataset.theme = t;
} catch {
  /* private window */
}
