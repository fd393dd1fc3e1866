// Two repairs of the theme that style sheets cannot make: a name for the search dialog, and
// keyboard access to what scrolls sideways. Runs again after each instant navigation.
document$.subscribe(() => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const box of document.querySelectorAll("pre > code, .md-typeset__scrollwrap, math[display=block]"))
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
});
