/** Generated from the readers in the folders here by `npm run generate`. Do not edit. */
import { bash } from './bash/bash.ts';
import { c } from './c/c.ts';
import { cpp } from './c/cpp.ts';
import { svelte } from './components/svelte.ts';
import { vue } from './components/vue.ts';
import { csharp } from './csharp/csharp.ts';
import { javascript } from './ecmascript/javascript.ts';
import { typescript } from './ecmascript/typescript.ts';
import { go } from './go/go.ts';
import { java } from './jvm/java.ts';
import { kotlin } from './jvm/kotlin.ts';
import { scala } from './jvm/scala.ts';
import type { Language } from './language.ts';
import { notebook } from './notebook/notebook.ts';
import { php } from './php/php.ts';
import { python } from './python/python.ts';
import { ruby } from './ruby/ruby.ts';
import { rust } from './rust/rust.ts';

export const languages: readonly Language[] = [
  python,
  notebook,
  typescript,
  javascript,
  vue,
  svelte,
  go,
  java,
  rust,
  c,
  cpp,
  php,
  ruby,
  kotlin,
  scala,
  csharp,
  bash,
];
