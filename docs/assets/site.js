// Repairs of the theme that style sheets cannot make: names for the search dialog and for the
// buttons on code, and keyboard access to what scrolls sideways.
const mend = () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const bar of document.querySelectorAll("nav.md-code__nav")) bar.setAttribute("role", "presentation");
  for (const box of document.querySelectorAll("pre > code, .md-typeset__scrollwrap, math[display=block]"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
};
new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
mend();
