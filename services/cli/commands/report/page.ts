/**
 * A quality report as one HTML page with whole examples. Everything from repositories and models
 * is hostile text: all of it goes through `escapeText`, nothing of it becomes an attribute or an
 * address, and the page itself forbids scripts, loads and forms. Pure.
 */
import { createHash } from 'node:crypto';
import { printable } from '../../../dataset/printable.ts';
import type { MaskedSegment } from '../../../dataset/samples.ts';
import type { Example, Examples } from '../../../quality/examples.ts';
import type { MeasuredOutput } from '../../../quality/report.ts';
import { formatCount, plural } from '../../views/format.ts';
import { type QualitySection, qualitySections } from './rows.ts';

export function drawQualityPage({ report, examples }: MeasuredOutput): string {
  const title = `Quality of ${report.dataset}`;
  const sections = qualitySections(report);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeText(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${escapeText(title)}</h1>`,
    '<div class="numbers">',
    ...sections.flatMap(drawSection),
    '</div>',
    ...drawExamples(examples),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const style = `
:root { color-scheme: light dark; --soft: light-dark(#5d6068, #a2a6b0);
  --line: light-dark(#e4e4de, #2c2f37); --think: light-dark(#b7791f, #e0a84b);
  --write: light-dark(#0f766e, #2fb5a3); }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: light-dark(#1c1d21, #e6e7ea);
  background: light-dark(#fcfcfa, #131418); }
main { max-width: 72rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 2.5rem) 4rem; }
h1 { font-size: 1.5rem; letter-spacing: -.01em; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
h3 { font-size: .9rem; font-weight: 600; margin: 1rem 0 .25rem; overflow-wrap: anywhere; }
small, p { color: var(--soft); font-weight: 400; }
.numbers { columns: 30rem; column-gap: 2rem; }
.numbers section { break-inside: avoid; padding-bottom: 1.5rem; overflow-x: auto; }
.numbers h2 { margin-top: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
td, th { padding: .1rem .6rem .1rem 0; text-align: left; vertical-align: top; }
td:first-child { min-width: 4rem; }
td:last-child { overflow-wrap: anywhere; }
th { font-weight: 400; color: var(--soft); }
details { border-top: 1px solid var(--line); }
summary { cursor: pointer; padding: .35rem 0; overflow-wrap: anywhere; }
pre { margin: 0; padding: .25rem .9rem; border-left: 3px dotted var(--soft); color: var(--soft);
  font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; }
pre.trained { border-left: 3px solid var(--soft); color: inherit; }
pre.trained.think, pre.trained.requirements { border-color: var(--think); }
pre.trained.write { border-color: var(--write); }
pre.prose { font: inherit; max-width: 46rem; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Text for any place between tags. Control and direction marks become visible. */
function escapeText(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return printable(text)
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (character) => named[character] ?? '');
}

function drawSection({ title, head, rows }: QualitySection): string[] {
  const draw = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')}</tr>`;
  return [
    // A wide table scrolls in its section, which takes the keyboard for it.
    '<section tabindex="0">',
    `<h2>${escapeText(title)}</h2>`,
    '<table>',
    ...(head === null ? [] : [draw(head, 'th')]),
    ...rows.map((row) => draw(row, 'td')),
    '</table>',
    '</section>',
  ];
}

function drawExamples({ plans, thoughts, thoughtless, tooLarge }: Examples): string[] {
  const groups: [string, readonly Example[]][] = [
    ['Plans', plans],
    ['Files with their thoughts', thoughts],
    ['Files without a thought', thoughtless],
  ];
  const left =
    tooLarge === 0
      ? []
      : [`<p>${plural(tooLarge, 'candidate')} too large for a whole example.</p>`];
  return [
    '<h2>Whole examples, chosen by a hash of their place</h2>',
    '<p>A solid line marks what is trained, a dotted one what is not.</p>',
    ...groups.flatMap(([title, examples]) =>
      examples.length === 0
        ? []
        : [`<h2>${escapeText(title)}</h2>`, ...examples.flatMap(drawExample)],
    ),
    ...left,
  ];
}

function drawExample({ name, path, sampleId, segments }: Example): string[] {
  const place = path === null ? name : `${name}: ${path}`;
  return [
    '<details>',
    `<summary>${escapeText(place)} <small>${escapeText(sampleId)}</small></summary>`,
    ...segments.flatMap(drawSegment),
    '</details>',
  ];
}

function drawSegment({ kind, path, lines, trained, tokens, body }: MaskedSegment): string[] {
  const range = lines === null ? '' : `:${lines.join('-')}`;
  const place = path === null ? '' : ` ${path}${range}`;
  const facts = `${formatCount(tokens)} tokens, ${trained ? 'trained' : 'not trained'}`;
  const isCode = kind === 'write' || kind === 'observe';
  const classes = [kind, trained ? 'trained' : 'masked', isCode ? 'code' : 'prose'].join(' ');
  return [
    `<h3>${escapeText(`${kind}${place}`)} <small>${facts}</small></h3>`,
    // A line end after <pre> is not part of the text; the body may begin with one of its own.
    ...(body === '' ? [] : [`<pre class="${classes}">\n${escapeText(body)}</pre>`]),
  ];
}
