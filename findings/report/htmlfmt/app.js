// Sorting, filters and the choice of theme. Nothing here makes content: the
// page is whole without it.
(() => {
  'use strict';
  const root = document.documentElement;
  root.classList.add('js');

  // Theme: the system's choice until the button is used.
  const theme = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme || (dark.matches ? 'dark' : 'light')) === 'dark';
  const tell = () => { theme.textContent = isDark() ? 'Light theme' : 'Dark theme'; };
  theme.hidden = false;
  theme.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    tell();
  });
  dark.addEventListener('change', tell);
  tell();

  // What moves and hides as one: a group of rows where the table can be sorted
  // (a row and its fold), a row in the tables in brief.
  const units = (table) => Array.from('sortable' in table.dataset ? table.tBodies : table.tBodies[0].rows);

  // Sorting: the words of each head become a button.
  const collator = new Intl.Collator('en', { numeric: true });
  const key = (unit, column) => {
    const cell = unit.rows[0].cells[column];
    return cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v;
  };
  const sort = (table, head, direction) => {
    const column = head.cellIndex;
    const keyed = units(table).map((unit) => [key(unit, column), unit]);
    // What has no value comes last, whatever the direction.
    keyed.sort(([a], [b]) => (a === '') - (b === '') || direction * collator.compare(a, b));
    table.append(...keyed.map(([, unit]) => unit));
    for (const h of table.tHead.rows[0].cells) h.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending');
  };
  for (const table of document.querySelectorAll('table[data-sortable]')) {
    table.start = units(table);
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        sort(table, head, head.getAttribute('aria-sort') === 'ascending' ? -1 : 1);
      });
    }
  }

  // Filters: all words of the text and each choice must hold.
  const holds = (unit, words, choices) => {
    for (const [name, value] of choices) {
      if (!` ${unit.dataset[name]} `.includes(` ${value} `)) return false;
    }
    if (!words.length) return true;
    unit.text ??= unit.textContent.toLowerCase();
    return words.every((word) => unit.text.includes(word));
  };
  const number = new Intl.NumberFormat('en');
  for (const bar of document.querySelectorAll('.filters')) {
    const tables = bar.dataset.for.split(' ').map((id) => document.getElementById(id)).filter(Boolean);
    const text = bar.querySelector('input');
    const selects = Array.from(bar.querySelectorAll('select'));
    const status = bar.querySelector('.status');
    const apply = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const choices = selects.filter((s) => s.value).map((s) => [s.dataset.key, s.value]);
      const said = tables.map((table, i) => {
        const all = units(table);
        for (const unit of all) unit.hidden = !holds(unit, words, choices);
        const shown = all.filter((unit) => !unit.hidden).length;
        // Few hits among the rows in brief are not left folded away.
        if (i && shown && shown <= 500) table.closest('details').open = true;
        return `${number.format(shown)} of ${number.format(all.length)} ${i ? 'in brief' : 'rows'}`;
      });
      status.textContent = words.length || choices.length ? `${said.join(', ')} shown` : '';
    };
    const reset = () => {
      text.value = '';
      for (const s of selects) s.value = '';
      for (const table of tables) {
        if (!table.start) continue;
        table.append(...table.start);
        for (const h of table.tHead.rows[0].cells) h.removeAttribute('aria-sort');
      }
      apply();
    };
    text.addEventListener('input', apply);
    for (const s of selects) s.addEventListener('change', apply);
    bar.querySelector('.reset').addEventListener('click', reset);
    for (const table of tables) table.reset = reset;
    bar.hidden = false;
  }

  // A link must never lead to a row that a filter hides or a fold holds.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    const hidden = target.closest('[hidden]');
    if (hidden) hidden.closest('table').reset();
    for (let fold = target.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  if (location.hash) reveal();

  // Paper has no folds, except for what is there in brief.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = Array.from(document.querySelectorAll('details:not([open]):not(.rest)'));
    for (const d of opened) d.open = true;
  });
  addEventListener('afterprint', () => {
    for (const d of opened) d.open = false;
  });
})();
