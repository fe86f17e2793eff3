// Before the first paint, so that no page flashes in the wrong theme. A file of its own: inline scripts are refused.
try {
  const chosen = JSON.parse(localStorage.getItem("chancery.appearance") || "{}");
  if (chosen.theme) document.documentElement.dataset.theme = chosen.theme;
  if (chosen.density) document.documentElement.dataset.density = chosen.density;
} catch {
  // A browser without storage has the system's theme.
}
