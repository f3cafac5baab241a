/** The oracles that there are: one line each. */
import type { Oracle } from './oracle.ts';
import { bashOracle } from './oracle-bash.ts';
import { cOracle, cppOracle } from './oracle-c.ts';
import { csharpOracle } from './oracle-csharp.ts';
import { ecmascriptOracle } from './oracle-ecmascript.ts';
import { goOracle } from './oracle-go.ts';
import { javaOracle } from './oracle-java.ts';
import { kotlinOracle } from './oracle-kotlin.ts';
import { notebookOracle } from './oracle-notebook.ts';
import { phpOracle } from './oracle-php.ts';
import { pythonOracle } from './oracle-python.ts';
import { rubyOracle } from './oracle-ruby.ts';
import { rustOracle } from './oracle-rust.ts';
import { scalaOracle } from './oracle-scala.ts';

export const oracles: readonly Oracle[] = [
  pythonOracle,
  notebookOracle,
  ecmascriptOracle,
  goOracle,
  javaOracle,
  cOracle,
  cppOracle,
  rustOracle,
  kotlinOracle,
  scalaOracle,
  phpOracle,
  rubyOracle,
  csharpOracle,
  bashOracle,
];
