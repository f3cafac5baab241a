/** Vue and Svelte: what their scripts define and import, and what is no script. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scriptsOf } from '../../../../../../services/stages/extract/languages/components/scripts.ts';
import { expectDecoyed } from '../../decoys.ts';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

const setup = `<script lang="ts">
export interface Row { id: number }
</script>
<script setup lang="ts" generic="T extends Row > 0">
import List from './List.vue';
import { load } from '@/api/load';
import type { Row } from './rows.js';
import { ref } from 'vue';
const rows = ref<Row[]>(await load());
function clear() { rows.value = []; }
</script>

<template>
  <template v-if="rows.length > 1"><List :rows="rows" /></template>
  <template #none />
</template>
`;

describe('vue', () => {
  it('defines what its scripts define, on the lines of the file', async () => {
    const { files } = await structureOf({ 'A.vue': setup });
    const [file] = files;
    expect(file).toMatchObject({ language: 'vue', parser: 'oxc', errorRatio: 0 });
    expect(file?.symbols.map(({ kind, name, startLine }) => [kind, name, startLine])).toEqual([
      ['interface', 'Row', 2],
      ['constant', 'rows', 9],
      ['function', 'clear', 10],
    ]);
    expect(file?.externals).toEqual(['vue']);
  });

  it.each<[string, Files, string[]]>([
    [
      'imports of a component lead where those of TypeScript do, and others import components',
      {
        'package.json': '{"name": "shop"}',
        'tsconfig.json': '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
        'src/A.vue': setup,
        'src/List.vue': '<template><ul /></template>\n',
        'src/api/load.ts': 'export const load = async () => [];\n',
        'src/rows.ts': 'export interface Row {}\n',
        'src/main.ts': "import A from './A.vue';\nconst late = () => import('@/List.vue');\n",
        'src/old.js': "import A from './A';\nimport List from './List';\n",
      },
      [
        'src/A.vue -> src/List.vue [import] default',
        'src/A.vue -> src/api/load.ts [import] load',
        'src/A.vue -> src/rows.ts [type-only] Row',
        'src/main.ts -> src/A.vue [import] default',
        'src/main.ts -> src/List.vue [import]',
        'src/old.js -> src/A.vue [import] default',
        'src/old.js -> src/List.vue [import] default',
      ],
    ],
    [
      'a script may lie in another file',
      {
        'A.vue': '<template>\n</template>\n<script lang="ts" src="./a.ts"></script>\n',
        'B.vue': "<script src=./a.ts />\n<script setup>import './b.js'</script>\n",
        'a.ts': 'export default {};\n',
        'b.js': '',
      },
      ['A.vue -> a.ts [import]', 'B.vue -> a.ts [import]', 'B.vue -> b.js [import]'],
    ],
    [
      'comments, other blocks and other languages are no scripts',
      {
        'A.vue':
          "<!-- <script>import './a.js'</script> -->\n" +
          "<docs>\n<script>import './a.js'</script>\n</docs>\n" +
          '<script lang="coffee">import \'./a.js\'</script>\n' +
          "<script type='text/x-template'>import './a.js'</script>\n" +
          "<script>import './b.js'</script>\n",
        'a.js': '',
        'b.js': '',
      },
      ['A.vue -> b.js [import]'],
    ],
    [
      'a template that nothing closes hides no script; two scripts on one line are two',
      {
        'A.vue':
          "<template><template><p></template>\n<script>import './a.js'</script>" +
          "<script setup>import './b.js'</script>\n",
        'a.js': '',
        'b.js': '',
      },
      ['A.vue -> a.js [import]', 'A.vue -> b.js [import]'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('takes no package for a folder that is called like it', async () => {
    const files = {
      'package.json': '{"name": "shop", "dependencies": {"vue": "3"}}',
      'src/vue/index.js': '',
      'src/A.vue': "<script setup>import { ref } from 'vue';</script>\n",
    };
    await expectDecoyed('vue', { files, externals: ['vue'] });
  });
});

describe('svelte', () => {
  const text = `<script module lang="ts">
  export const limit = 3;
</script>
<script lang="ts">
  import { page } from '$lib/page';
  import Row from './Row.svelte';
  export let name: string;
  $: shout = name.toUpperCase();
</script>
<svelte:head><script src="https://example.com/a.js"></script></svelte:head>
{#if limit > 2}<Row class={name > 'a' ? "x" : 'y'} />{/if}
<p>it's here</p>
`;

  it('defines and imports what its scripts do', async () => {
    expect(await symbolsOf('A.svelte', text)).toEqual([
      'constant limit: export const limit = 3',
      'variable name: export let name: string',
    ]);
    const files = {
      'package.json': '{"name": "shop"}',
      'src/A.svelte': text,
      'src/Row.svelte': '<li>row</li>\n',
      'src/lib/page.ts': 'export const page = 1;\n',
      'src/main.js': "import A from './A.svelte';\n",
    };
    expect(await edgesOf(files)).toEqual([
      'src/A.svelte -> src/Row.svelte [import] default',
      'src/A.svelte -> src/lib/page.ts [import] page',
      'src/main.js -> src/A.svelte [import] default',
    ]);
  });

  it('takes no package for a folder that is called like it', async () => {
    const files = {
      'package.json': '{"name": "shop", "dependencies": {"svelte": "5"}}',
      'src/svelte/index.js': '',
      'src/A.svelte': "<script>import { tick } from 'svelte';</script>\n",
    };
    await expectDecoyed('svelte', { files, externals: ['svelte'] });
  });
});

describe('the scripts of a text', () => {
  const pieces = ['<', '/', '>', 'script', 'template', '-', '!', '"', "'", ' src=./a', '\n', 'x;'];
  const texts = fc.array(fc.constantFrom(...pieces, '<script>', '</script>'), { maxLength: 60 });

  it('keep their lines and places, whatever the text', () => {
    fc.assert(
      fc.property(texts, fc.boolean(), (parts, isInBlocks) => {
        const text = parts.join('');
        const found = scriptsOf(text, { isInBlocks });
        expect(found).toHaveLength(text.length);
        for (const [at, character] of [...found].entries()) {
          if (text[at] === '\n' || character === '\n') expect(character).toBe(text[at]);
        }
      }),
    );
  });

  // A search to the end at each of these tags would take minutes.
  it.each(['<template ', '<template>', '<script', '<script>', '<a"', "<i'>", '<b>', '<!--'])(
    'are found in a megabyte of %j',
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length);
      for (const isInBlocks of [true, false]) {
        expect(scriptsOf(text, { isInBlocks }).trim()).toBe('');
      }
    },
  );
});
