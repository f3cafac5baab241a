/** The list of all oracles. */
import { bashOracle } from '../judges/bash/oracle.ts';
import { cOracle, cppOracle } from '../judges/c/oracle.ts';
import { csharpOracle } from '../judges/csharp/oracle.ts';
import { ecmascriptOracle } from '../judges/ecmascript/oracle.ts';
import { goOracle } from '../judges/go/oracle.ts';
import { javaOracle } from '../judges/java/oracle.ts';
import { kotlinOracle } from '../judges/kotlin/oracle.ts';
import { notebookOracle } from '../judges/notebook/oracle.ts';
import { phpOracle } from '../judges/php/oracle.ts';
import { pythonOracle } from '../judges/python/oracle.ts';
import { rubyOracle } from '../judges/ruby/oracle.ts';
import { rustOracle } from '../judges/rust/oracle.ts';
import { scalaOracle } from '../judges/scala/oracle.ts';
import type { Oracle } from './oracle.ts';

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
