// The ledger is a plain table; this lets a reader sort it by a column and filter it by verdict.
const enhance = table => {
  table.dataset.ready = "";
  const rows = [...table.tBodies[0].rows];
  const text = (row, column) => row.cells[column].innerText.trim();
  const verdicts = [...new Set(rows.map(row => text(row, 2)))].sort();

  const label = document.createElement("label");
  label.className = "ledger-filter";
  label.append("Verdict ", Object.assign(document.createElement("select"), {
    innerHTML: ["all", ...verdicts].map(verdict => `<option>${verdict}</option>`).join(""),
    onchange: event => rows.forEach(row => {
      row.hidden = event.target.value !== "all" && text(row, 2) !== event.target.value;
    }),
  }));
  (table.closest(".md-typeset__scrollwrap") ?? table).before(label);

  for (const column of [0, 2]) {
    const head = table.tHead.rows[0].cells[column];
    const button = document.createElement("button");
    button.textContent = head.textContent;
    button.onclick = () => {
      const up = head.ariaSort !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const order = (a, b) => text(a, column).localeCompare(text(b, column), "en", { numeric: true });
      table.tBodies[0].append(...rows.sort((a, b) => up ? order(a, b) : order(b, a)));
    };
    head.replaceChildren(button);
  }
};
document$.subscribe(() => document.querySelectorAll(".ledger table:not([data-ready])").forEach(enhance));
