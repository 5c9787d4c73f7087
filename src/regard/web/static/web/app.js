/* Small behaviour on top of pages that work without it: theme, palette, keys, toasts, peek. No inline code anywhere. */
(() => {
  const d = document,
    root = d.documentElement;
  const $ = (s, r = d) => r.querySelector(s),
    $$ = (s, r = d) => [...r.querySelectorAll(s)];

  /* theme */
  const switchTheme = () => {
    const isDark =
      (root.dataset.theme || (matchMedia('(prefers-color-scheme:dark)').matches ? 'dark' : 'light')) === 'dark';
    root.dataset.theme = isDark ? 'light' : 'dark';
    try {
      localStorage.setItem('theme', root.dataset.theme);
    } catch {
      /* private window: holds for this page */
    }
  };

  /* palette */
  const palette = () => $('dialog.pal');
  const openPalette = () => {
    const p = palette();
    if (!p || p.open) return;
    p.showModal();
    const i = $('input', p);
    i.select();
    htmx.trigger(i, 'open');
  };
  let goFirst = false; /* Enter came before the answer to what was typed: take its first line */
  d.addEventListener('input', (e) => {
    if (e.target.closest('dialog.pal')) {
      goFirst = false;
      choices().forEach((c) => c.classList.remove('sel'));
    }
  });
  const choices = () => $$('.found li', palette());
  const choose = (step) => {
    const all = choices();
    if (!all.length) return;
    const at = all.findIndex((x) => x.classList.contains('sel'));
    all[at]?.classList.remove('sel');
    const next = all[(at + step + all.length) % all.length];
    next.classList.add('sel');
    next.scrollIntoView({ block: 'nearest' });
  };

  /* lists: J and K move, Enter opens, E does, H snoozes, Space peeks */
  const rows = () => $$('[data-row]');
  const current = () => rows().find((r) => r.classList.contains('sel'));
  const move = (step) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.findIndex((r) => r.classList.contains('sel'));
    all[at]?.classList.remove('sel');
    const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    next.classList.add('sel');
    ($('[data-open]', next) || next).focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
    return true;
  };
  const press = (what) => {
    const b = $(`[data-key="${what}"]`, current() || undefined) || $(`main [data-page-key="${what}"]`);
    if (b) b.click();
    return !!b;
  };

  let went = 0;
  const onKey = (e) => {
    const typing = e.target.closest('input,textarea,select,[contenteditable]');
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
      e.preventDefault();
      openPalette();
      return;
    }
    if (e.key === 'Escape' && $('.peek')) {
      $('#peek').replaceChildren();
      return;
    }
    if (palette()?.open && ['ArrowDown', 'ArrowUp', 'Enter'].includes(e.key)) {
      e.preventDefault();
      if (e.key === 'Enter') {
        const c = $('.sel a, .sel button', palette());
        if (c) c.click();
        else goFirst = true;
      } else choose(e.key === 'ArrowDown' ? 1 : -1);
      return;
    }
    if (typing || e.target.closest('dialog') || e.ctrlKey || e.metaKey || e.altKey || root.dataset.keys === 'off')
      return;
    if (went && e.timeStamp - went < 1500) {
      went = 0;
      const a = $(`nav.side a[data-go="${e.key}"]`);
      if (a) {
        e.preventDefault();
        a.click();
      }
      return;
    }
    const done = {
      j: () => move(1) || press('next'),
      k: () => move(-1) || press('previous'),
      g: () => {
        went = e.timeStamp;
        return true;
      },
      '?': () => {
        $('#keys').showModal();
        return true;
      },
      '/': () => {
        const s = $('main input[type=search]');
        s?.focus();
        return !!s;
      },
      e: () => press('done'),
      h: () => press('snooze'),
      a: () => press('approve'),
      n: () => press('note'),
      ' ': () => current() && press('peek'),
      z: () => {
        const b = $('.toast [data-undo]');
        b?.click();
        return !!b;
      },
    }[e.key]?.();
    if (done) e.preventDefault();
  };
  d.addEventListener('keydown', onKey);

  d.addEventListener('click', (e) => {
    const b = e.target.closest('button,a,summary');
    $$('details.menu[open]').forEach((m) => {
      if (!m.contains(e.target)) m.open = false;
    });
    if (!b) return;
    if (b.matches('[data-theme-toggle]')) switchTheme();
    if (b.matches('[data-palette]')) openPalette();
    if (b.matches('[data-dialog]')) $(b.dataset.dialog)?.showModal();
    if (b.matches('[data-close]')) {
      const g = b.closest('dialog');
      if (g) g.close();
      else $('#peek')?.replaceChildren();
    }
    if (b.matches('[data-remove]')) {
      const f = b.form;
      b.closest('.cond').remove();
      f.dispatchEvent(new Event('change', { bubbles: true }));
    }
    if (b.matches('[data-copy]')) navigator.clipboard?.writeText($(b.dataset.copy).textContent.trim());
    if (b.matches('.chips button')) $$('button', b.parentNode).forEach((c) => c.setAttribute('aria-pressed', c === b));
  });
  d.addEventListener('click', (e) => {
    if (e.target.matches('dialog')) e.target.close();
  });
  /* what was typed and is not kept yet: the browser asks before it is left */
  d.addEventListener('input', (e) => {
    const f = e.target.closest('form[data-guard]');
    if (f) f.dataset.unsaved = '';
  });
  d.addEventListener('submit', (e) => {
    delete e.target.dataset.unsaved;
  });
  addEventListener('beforeunload', (e) => {
    if ($('form[data-unsaved]')) e.preventDefault();
  });
  d.addEventListener('change', (e) => {
    const f = e.target.closest('form[data-auto]');
    if (f) f.requestSubmit();
  });

  /* toasts leave by themselves; the one with Undo stays longer */
  const fade = () =>
    $$('.toast:not([data-timed])').forEach((t) => {
      t.dataset.timed = '1';
      setTimeout(() => t.remove(), $('[data-undo]', t) ? 12000 : 5000);
    });
  d.addEventListener('htmx:after:swap', (e) => {
    const t = e.detail?.ctx?.target;
    if (t?.matches?.('#rows, .cond')) $('#builder')?.dispatchEvent(new Event('change', { bubbles: true }));
    fade();
    const p = palette();
    if (!p?.open || $('#found [data-q]')?.dataset.q !== $('input', p).value.trim())
      return; /* an answer to what is no longer asked */
    const c = choices();
    if (c.length && !c.some((x) => x.classList.contains('sel'))) c[0].classList.add('sel');
    if (goFirst && c.length) {
      goFirst = false;
      $('a, button', c[0])?.click();
    }
  });
  /* the outline is written anew after each act: the focus stays where one worked */
  let acted = '';
  d.addEventListener(
    'click',
    (e) => {
      const b = e.target.closest?.('#editor button');
      if (b) acted = b.getAttribute('aria-label') || '';
    },
    true,
  );
  d.addEventListener('htmx:after:swap', () => {
    const ed = $('#editor');
    if (!ed || d.activeElement !== d.body) return;
    const usable = (label) =>
      label && $$('button', ed).find((b) => b.getAttribute('aria-label') === label && !b.disabled);
    const other = acted.endsWith(' up') ? acted.replace(/ up$/, ' down') : acted.replace(/ down$/, ' up');
    const open = $('.eline details[open] :is(input:not([type=hidden]), select, textarea)', ed);
    (usable(acted) || usable(other) || open || $('summary', ed))?.focus();
  });
  /* what cannot be taken back is held for some seconds, with Undo; who leaves the page meant it */
  const held = new Map();
  const release = (b) => {
    held.get(b)?.end();
    b.dataset.sure = '';
    b.click();
    delete b.dataset.sure;
  };
  d.addEventListener(
    'click',
    (e) => {
      const b = e.target.closest?.('[data-hold]');
      if (!b || 'sure' in b.dataset) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      const row = b.closest('[data-row]'),
        t = d.createElement('div'),
        words = d.createElement('span'),
        undo = d.createElement('button');
      t.className = 'toast';
      t.dataset.timed = '1';
      words.textContent = b.dataset.hold;
      undo.textContent = 'Undo';
      undo.type = 'button';
      undo.dataset.undo = '';
      const timer = setTimeout(() => release(b), 8000);
      const end = () => {
        clearTimeout(timer);
        held.delete(b);
        t.remove();
      };
      undo.addEventListener('click', () => {
        end();
        row.hidden = false;
        $('a', row)?.focus();
      });
      t.append(words, undo);
      $('#toasts').append(t);
      row.hidden = true;
      held.set(b, { end });
    },
    true,
  );
  addEventListener('pagehide', () =>
    held.forEach((_, b) =>
      fetch(b.getAttribute('hx-post'), {
        method: 'POST',
        keepalive: true,
        headers: JSON.parse(root.getAttribute('hx-headers:inherited')),
      }),
    ),
  );
  /* an answer that is an error changes nothing on the page: say so */
  const say = (words) => {
    const t = d.createElement('div');
    t.className = 'toast';
    t.textContent = words;
    $('#toasts')?.append(t);
    fade();
  };
  d.addEventListener('htmx:after:request', (e) => {
    const s = e.detail?.ctx?.response?.status;
    if (s >= 400)
      say(
        s === 404 ? 'It is gone, or not yours to change. Nothing was done.' : 'That did not work. Nothing was changed.',
      );
  });
  d.addEventListener('htmx:error', () => say('No answer from the server. Nothing was changed.'));
  d.addEventListener('DOMContentLoaded', () => {
    fade();
    $('form[data-auto-submit]')?.requestSubmit();
  });
})();
