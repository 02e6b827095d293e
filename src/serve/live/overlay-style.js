// The look of the badge and of the list of problems.

export const OVERLAY_STYLE = `
  :host { all: initial; color-scheme: inherit; }
  * { box-sizing: border-box; }
  .corner, dialog {
    --text: light-dark(#1a1f2b, #e5e9f0);
    --soft: light-dark(#545d6d, #a2acbb);
    --back: light-dark(#fff, #171c25);
    --line: light-dark(#858e9e, #6d788a);
    --code: light-dark(#f3f4f7, #0f131a);
    --error: light-dark(#b0183f, #ff8fa8);
    --warning: light-dark(#875000, #f0b860);
    --info: light-dark(#0a56ae, #83bbff);
    color: var(--text);
    font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, sans-serif;
  }
  .corner {
    position: fixed; z-index: 2147483647;
    inset-block-end: max(.75rem, env(safe-area-inset-bottom)); inset-inline-start: .75rem;
    display: grid; justify-items: start; gap: .5rem; max-inline-size: calc(100vw - 1.5rem); font-size: .875rem;
  }
  .corner > * {
    margin: 0; padding: .45rem .8rem; border: 1px solid var(--line); border-radius: 2rem;
    background: var(--back); color: var(--text); font: inherit; box-shadow: 0 2px 10px rgb(0 0 0 / .2);
  }
  .corner > :is([hidden], :empty) { display: none; }
  .badge { min-block-size: 2.75rem; font-weight: 600; cursor: pointer; }
  .badge::before {
    content: ""; display: inline-block; inline-size: .65em; block-size: .65em; margin-inline-end: .5em;
    border-radius: 50%; background: var(--warning);
  }
  .badge.errors::before { border-radius: 0; transform: rotate(45deg); background: var(--error); }
  .lost { color: var(--soft); }
  :focus-visible { outline: 3px solid var(--info); outline-offset: 2px; }
  dialog {
    inline-size: min(56rem, 100vw - 1.5rem); max-block-size: min(48rem, 100dvh - 1.5rem); padding: 0; overflow: hidden;
    border: 1px solid var(--line); border-radius: .75rem; background: var(--back);
    box-shadow: 0 12px 50px rgb(0 0 0 / .4);
  }
  dialog[open] { display: flex; flex-direction: column; }
  dialog::backdrop { background: rgb(10 14 22 / .5); }
  .head {
    display: flex; align-items: center; justify-content: space-between; gap: 1rem;
    padding-block: .5rem; padding-inline: 1rem .5rem; border-block-end: 1px solid var(--line);
  }
  h2, h3, p, ol, pre, ul { margin: 0; padding: 0; font: inherit; list-style: none; }
  h2 { font-size: 1.0625rem; font-weight: 650; }
  .close {
    flex: none; min-inline-size: 2.75rem; min-block-size: 2.75rem; border: 0; border-radius: .5rem; background: none;
    color: inherit; font: inherit; font-size: 1.375rem; line-height: 1; cursor: pointer;
  }
  .close:hover, .place:hover { background: var(--code); }
  .list { overflow: auto; padding: 0 1rem 1rem; overscroll-behavior: contain; }
  h3 { margin-block: 1rem .25rem; font-size: .875rem; font-weight: 650; letter-spacing: .02em; }
  .error h3 { color: var(--error); } .warning h3 { color: var(--warning); } .info h3 { color: var(--info); }
  li { padding: .6rem 0 .75rem; border-block-start: 1px solid light-dark(#e1e5eb, #29313d); }
  ol > li:first-child { border: 0; }
  .message { font-weight: 600; overflow-wrap: anywhere; }
  .tag {
    margin-inline-start: .5em; padding: .05em .5em; border: 1px solid var(--line); border-radius: 1em;
    color: var(--soft); font-size: .75rem; font-weight: 500; white-space: nowrap;
  }
  .place {
    display: inline-block; max-inline-size: 100%; min-block-size: 1.75rem;
    margin-inline-start: -.4rem; padding: .1rem .4rem;
    border: 0; border-radius: .35rem; background: none; color: var(--info); cursor: pointer; text-align: start;
    font: .8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere;
    text-decoration: underline; text-underline-offset: .2em;
  }
  .copied { margin-inline-start: .5em; color: var(--soft); font-size: .8125rem; }
  pre {
    display: flex; gap: .9em; margin-block: .35rem; padding: .5rem .7rem; border-radius: .4rem; background: var(--code);
    font: .8125rem/1.7 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  }
  pre .number { flex: none; color: var(--soft); user-select: none; }
  pre code {
    min-inline-size: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext;
  }
  mark {
    background: none; color: inherit; text-decoration: underline wavy var(--error); text-underline-offset: .3em;
    text-decoration-skip-ink: none;
  }
  .warning mark { text-decoration-color: var(--warning); } .info mark { text-decoration-color: var(--info); }
  .hint { color: var(--soft); font-size: .9375rem; overflow-wrap: anywhere; }
  .more { padding-block-start: .75rem; color: var(--soft); }
  @media (prefers-reduced-motion: no-preference) {
    dialog[open], .corner > * { animation: appear .12s ease-out; }
    @keyframes appear { from { opacity: 0; translate: 0 .4rem; } }
  }
  @media (max-width: 30em) {
    dialog {
      inline-size: 100vw; max-inline-size: 100vw; margin-block-end: 0;
      border-end-start-radius: 0; border-end-end-radius: 0;
    }
  }
  @media print { .corner, dialog { display: none; } }
`;
