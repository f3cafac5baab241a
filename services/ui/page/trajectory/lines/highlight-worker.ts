/**
 * Colours code in a worker. It hands over runs of text with the name of a colour, never markup, so
 * that nothing that stands in the code can become a part of the page.
 */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import markdown from 'highlight.js/lib/languages/markdown';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import scala from 'highlight.js/lib/languages/scala';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import type { ColouredLine, ColourQuestion } from './highlight.ts';

/** By the name that the table of languages has for each. */
const languages = {
  bash,
  c,
  'c++': cpp,
  'c#': csharp,
  cpp,
  csharp,
  css,
  go,
  html: xml,
  ini,
  java,
  javascript,
  json,
  kotlin,
  markdown,
  php,
  python,
  ruby,
  rust,
  scala,
  shell: bash,
  sql,
  toml: ini,
  typescript,
  xml,
  yaml,
} as const;

for (const [name, grammar] of Object.entries(languages)) hljs.registerLanguage(name, grammar);
// Grammars name each other, e.g. for code in markup.
hljs.configure({ __emitter: createRuns as never });

interface Runs {
  readonly lines: [kind: string, text: string][][];
}

/** The library makes its emitter with `new`; an object that is returned takes its place. */
function createRuns(this: unknown) {
  const lines: [string, string][][] = [[]];
  const scopes: string[] = [];
  const addRun = (kind: string, text: string) => {
    for (const [place, part] of text.split('\n').entries()) {
      if (place > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push([kind, part]);
    }
  };
  const open = (scope: string) => void scopes.push(scope);
  const close = () => void scopes.pop();
  return {
    lines,
    addText: (text: string) => addRun(scopes.at(-1)?.split(/[.:]/)[0] ?? '', text),
    startScope: open,
    endScope: close,
    openNode: open,
    closeNode: close,
    __addSublanguage: (other: Runs) => {
      for (const [place, line] of other.lines.entries()) {
        if (place > 0) lines.push([]);
        lines.at(-1)?.push(...line);
      }
    },
    finalize: () => {},
    toHTML: () => '',
  };
}

addEventListener('message', ({ data }: MessageEvent<ColourQuestion>) => {
  postMessage(colourLines(data));
});

function colourLines({ language, text }: ColourQuestion): readonly ColouredLine[] {
  if (hljs.getLanguage(language) === undefined) return text.split('\n').map((line) => [['', line]]);
  const result = hljs.highlight(text, { language, ignoreIllegals: true });
  return (result._emitter as unknown as Runs).lines;
}
