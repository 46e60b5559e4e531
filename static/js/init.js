// Starts the design system's components and the few behaviours of our own. Every page works without this file.
import { initAll } from "../vendor/govuk/govuk-frontend.min.js";

initAll();

// A passkey dialog that was cancelled or failed: say so on the page, where a screen reader hears it.
document.addEventListener("allauth.error", (event) => {
  const notice = document.querySelector("[data-passkey-problem]");
  if (!notice) return;
  event.preventDefault();
  notice.hidden = false;
  notice.focus();
});

for (const button of document.querySelectorAll("[data-print-page]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
