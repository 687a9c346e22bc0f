
(() => {
  "use strict";
  for (const chart of document.querySelectorAll(".chart")) {
    const readout = chart.querySelector("[data-readout]");
    const said = Array.from(readout.childNodes);
    for (const column of chart.querySelectorAll(".column")) {
      const title = column.querySelector("title");
      if (title) title.remove();
      column.addEventListener("pointerenter", () => readout.replaceChildren(column.getAttribute("data-text")));
    }
    chart.addEventListener("pointerleave", () => readout.replaceChildren(...said));
  }

  const valueOf = (row, index) => {
    const cell = row.children[index];
    const data = cell.querySelector("data");
    const text = data ? data.getAttribute("value") : cell.textContent.trim();
    const number = data ? Number(text) : Number.parseFloat(text.replace(/[^0-9.]/g, ""));
    return { text, number: cell.classList.contains("n") ? (Number.isNaN(number) ? -1 : number) : null };
  };
  const compare = (a, b) => a.number === null ? a.text.localeCompare(b.text) : a.number - b.number;
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = Array.from(table.tHead.rows[0].cells);
    const body = table.tBodies[0];
    for (const head of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const numeric = head.classList.contains("n");
        const was = head.getAttribute("aria-sort");
        const descending = was ? was === "ascending" : numeric;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const index = heads.indexOf(head);
        const rows = Array.from(body.rows);
        const last = rows.filter(row => row.classList.contains("rest"));
        const sorted = rows.filter(row => !row.classList.contains("rest"))
          .sort((a, b) => (descending ? -1 : 1) * compare(valueOf(a, index), valueOf(b, index)));
        body.replaceChildren(...sorted, ...last);
      });
    }
  }
})();
