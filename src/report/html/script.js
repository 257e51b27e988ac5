(() => {
  "use strict";
  document.documentElement.classList.add("scripted");

  // Tables whose headings sort.
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const said = document.getElementById("sorted");
    const collator = new Intl.Collator("en", { numeric: true });
    const sort = (column) => {
      const head = heads[column];
      const isText = head.dataset.kind === "text";
      const first = head.dataset.first || "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? other : first;
      const sign = order === "ascending" ? 1 : -1;
      // Rows without a value come last in either order; equal ones keep theirs.
      const value = (row) => row.cells[column].dataset.sort;
      const compare = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
        return sign * (isText ? collator.compare(x, y) : Number(x) - Number(y));
      };
      body.append(...[...body.rows].sort(compare));
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const how = { ascending: isText ? "A to Z" : "lowest first", descending: isText ? "Z to A" : "highest first" }[order];
      said.textContent = `Sorted by ${head.querySelector(".title").textContent}, ${how}.`;
    };
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(column));
    });
  }

  // Sections that show one metric at a time.
  for (const chooser of document.querySelectorAll(".chooser")) {
    const select = chooser.querySelector("select");
    const parts = [...document.querySelectorAll(`[data-chosen="${chooser.dataset.group}"]`)];
    const show = () => {
      for (const part of parts) part.hidden = part.dataset.metric !== select.value;
    };
    select.addEventListener("change", show);
    chooser.hidden = false;
    show();
  }

  // On paper nothing can be opened.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
})();
