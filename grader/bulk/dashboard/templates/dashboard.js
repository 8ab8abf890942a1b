"use strict";
// Draws the table of students from the data in the page, and sorts the others. Texts become text nodes and nothing else;
// what is sorted and filtered stays out of the address.
(() => {
  const PAGE = 50;
  const FILTERS = ["find", "exercise", "status", "mistake"];
  const data = JSON.parse(document.getElementById("class-data").textContent);
  const by = (id) => document.getElementById(id);
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const number = (value) => String(Math.round(value * 100) / 100);

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  const rows = data.rows.map(([student, exercise, score, max, status, flags, tries, mistakes, link]) => ({
    student, exercise, score, max, tries, mistakes, link, status: data.statuses[status], late: (flags & 1) > 0, waits: (flags & 2) > 0,
  }));
  const students = data.students.map(([id, name]) => ({ id, name, folded: fold(name) + "\n" + fold(id), cells: [], score: null, max: 0 }));
  for (const row of rows) {
    const student = students[row.student];
    student.cells[row.exercise] = row;
    if (row.score !== null) {
      student.score += row.score;
      student.max += row.max;
    }
  }

  // One cell's text: a sign, the points, what else is to be known; read out in words.
  const SIGNS = { passed: "✓", failed: "✗", ungradable: "–", grader_fault: "!", missing: "–", excused: "" };
  const BRIEF = { grader_fault: "fault", missing: "missing", excused: "excused" };
  const WORDS = { passed: "passed", failed: "not passed", ungradable: "could not be run", grader_fault: "grader’s fault", missing: "not handed in", excused: "excused" };
  function result(row, words) {
    const points = row.score === null ? "" : number(row.score) + (words ? ` of ${number(row.max)}` : "");
    const told = words || row.score === null; // or else the sign tells it, and who can't see that is told in words
    const said = make("span", { className: told ? "" : "hidden" }, ((!words && BRIEF[row.status]) || WORDS[row.status]) + (points && ": "));
    const text = make("span", {}, said, points);
    const whole = make(row.link ? "a" : "span", row.link ? { href: row.link } : {});
    whole.append(make("span", { className: "sign", ariaHidden: "true" }, SIGNS[row.status]), text);
    const cell = make("span", { className: row.status }, whole);
    if (row.waits && words) cell.append(", waits for review");
    else if (row.waits) cell.append(make("span", { ariaHidden: "true", title: "waits for review" }, " ?"), make("span", { className: "hidden" }, ", waits for review"));
    if (row.late && !words) cell.append(" late");
    return cell;
  }

  // What is shown
  const start = { find: "", exercise: data.exercises.length === 1 ? "0" : "", status: "", mistake: "" };
  const filters = { ...start };
  const sort = { key: "name", down: false };
  let page = 0;
  let columns = [];

  function fits(row) {
    const { exercise, status, mistake } = filters;
    if (exercise !== "" && row.exercise !== Number(exercise)) return false;
    if (status === "waits" || status === "late" ? !row[status] : status !== "" && row.status !== status) return false;
    if (mistake === "unnamed") return (row.status === "failed" || row.status === "ungradable") && row.mistakes.length === 0;
    return mistake === "" || row.mistakes.includes(Number(mistake));
  }

  const share = (row) => (row && row.score !== null && row.max > 0 ? row.score / row.max : null);

  // The columns: all exercises side by side, or one with more of it.
  function layout() {
    const name = {
      key: "name", label: "Student", value: (s) => s.name,
      cell: (s) => make("th", { scope: "row" }, make("bdi", {}, s.name || "(no name)"), make("small", {}, make("bdi", {}, s.id))),
    };
    const id = { key: "id", label: "Id", className: "id", value: (s) => s.id, cell: (s) => make("td", { className: "id" }, make("bdi", {}, s.id)) };
    if (filters.exercise === "") {
      const total = {
        key: "total", label: "Points", className: "number", value: (s) => (s.max > 0 ? s.score / s.max : null),
        cell: (s) => make("td", { className: "number" }, s.score === null ? "–" : `${number(s.score)} of ${number(s.max)}`),
      };
      const marked = filters.status !== "" || filters.mistake !== "";
      columns = [name, id, total, ...data.exercises.map((label, index) => ({
        key: `exercise ${index}`, label, className: "cell", value: (s) => share(s.cells[index]),
        cell: (s) => {
          const row = s.cells[index];
          return make("td", { className: row && marked && fits(row) ? "cell hit" : "cell" }, row ? result(row, false) : "");
        },
      }))];
    } else {
      const at = Number(filters.exercise);
      const plain = (key, label, value, text, className = "") => ({ key, label, className, value: (s) => value(s.cells[at]), cell: (s) => make("td", { className }, text(s.cells[at])) });
      const named = (row) => row.mistakes.map((index) => data.mistakes[index]).join("; ");
      columns = [
        name, id, plain("score", "Result", share, (row) => result(row, true), "wide"),
        plain("named", "What was named", (row) => named(row) || null, named),
        plain("tries", "Tries", (row) => row.tries, (row) => String(row.tries), "number"),
        plain("late", "Late", (row) => (row.late ? 1 : 0), (row) => (row.late ? "late" : "")),
      ];
    }
    if (!columns.some((column) => column.key === sort.key)) Object.assign(sort, { key: "name", down: false });
    by("class").tHead.replaceChildren(make("tr", {}, ...columns.map((column) => {
      const button = make("button", { type: "button" }, column.label);
      button.addEventListener("click", () => {
        Object.assign(sort, { down: sort.key === column.key && !sort.down, key: column.key });
        page = 0;
        draw();
      });
      return make("th", { scope: "col", className: column.className || "" }, button);
    })));
  }

  function compare(a, b, down) {
    if (a === null || b === null) return (a === null) - (b === null); // nothing to compare: last, either way
    const order = typeof a === "string" ? collator.compare(a, b) : a - b;
    return down ? -order : order;
  }

  function draw(all = false) {
    const wanted = fold(filters.find.trim());
    const anything = filters.exercise === "" && filters.status === "" && filters.mistake === "";
    const found = students.filter((s) => s.folded.includes(wanted) && (anything || s.cells.some((row) => row && fits(row))));
    const column = columns.find((one) => one.key === sort.key);
    const keyed = found.map((s) => [column.value(s), s]);
    keyed.sort((a, b) => compare(a[0], b[0], sort.down) || collator.compare(a[1].name, b[1].name) || collator.compare(a[1].id, b[1].id));
    page = Math.max(0, Math.min(page, Math.ceil(found.length / PAGE) - 1));
    const first = all ? 0 : page * PAGE;
    const shown = all ? keyed : keyed.slice(first, first + PAGE);
    by("class").tBodies[0].replaceChildren(...shown.map(([, s]) => make("tr", {}, ...columns.map((one) => one.cell(s)))));
    [...by("class").tHead.rows[0].cells].forEach((head, index) => {
      if (columns[index].key === sort.key) head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const of = found.length === students.length ? `${students.length} students` : `${found.length} students who fit, of ${students.length}`;
    by("count").textContent = found.length === 0
      ? "No student fits. Clear a filter to see more."
      : shown.length === found.length ? of : `${first + 1} to ${first + shown.length} of ${of}`;
    by("previous").disabled = page === 0;
    by("next").disabled = (page + 1) * PAGE >= found.length;
  }

  function filter(change) {
    Object.assign(filters, change);
    for (const id of FILTERS) by(id).value = filters[id];
    page = 0;
    layout();
    draw();
  }

  function turn(by_) {
    page += by_;
    draw();
    by("class").parentElement.scrollTop = 0;
    // A button that is spent loses the keyboard: the other one takes it.
    const [pressed, other] = by_ > 0 ? ["next", "previous"] : ["previous", "next"];
    if (by(pressed).disabled) by(other).focus();
  }

  // The tables that are in the page already: sorted by what their cells hold.
  function sortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    const value = (row, index) => {
      const cell = row.cells[index];
      const text = cell.dataset.value ?? cell.firstChild?.textContent.trim() ?? "";
      return text === "" ? null : Number.isNaN(Number(text)) ? text : Number(text);
    };
    heads.forEach((head, index) => {
      if (head.dataset.sort === undefined) return;
      const button = make("button", { type: "button" }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        // Numbers are asked for from the top, names from A.
        const down = now ? now === "ascending" : head.classList.contains("number");
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort((a, b) => compare(value(a, index), value(b, index), down)));
      });
    });
  }

  function fill(list) {
    if (list.querySelector("ul")) return;
    list.append(make("ul", { className: "people" }, ...data.lists[Number(list.dataset.list)].map((index) => {
      const row = rows[index];
      const { id, name } = students[row.student];
      return make("li", {}, make(row.link ? "a" : "span", row.link ? { href: row.link } : {}, make("bdi", {}, name || "(no name)")), make("bdi", { className: "which" }, id));
    })));
  }

  document.documentElement.classList.add("js");
  by("exercise").append(...data.exercises.map((label, index) => make("option", { value: String(index) }, label)));
  by("mistake").append(...data.mistakes.map((label, index) => [index, label]).sort((a, b) => collator.compare(a[1], b[1]))
    .map(([index, label]) => make("option", { value: String(index) }, label)));
  for (const id of FILTERS) by(id).addEventListener("input", () => filter({ [id]: by(id).value }));
  by("clear").addEventListener("click", () => filter(start));
  by("previous").addEventListener("click", () => turn(-1));
  by("next").addEventListener("click", () => turn(1));
  for (const button of document.querySelectorAll(".show")) {
    button.addEventListener("click", () => {
      const { exercise, status, mistake } = button.dataset;
      filter({ find: "", exercise, status, mistake });
      by("students").scrollIntoView();
      by("students").focus({ preventScroll: true });
    });
  }
  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll("details.list").forEach((list) => list.addEventListener("toggle", () => fill(list)));
  addEventListener("beforeprint", () => draw(true));
  addEventListener("afterprint", () => draw());
  filter({});
})();
