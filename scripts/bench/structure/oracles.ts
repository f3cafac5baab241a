/** The oracles that there are: one line each. */
import type { Oracle } from './oracle.ts';
import { pythonOracle } from './oracle-python.ts';

export const oracles: readonly Oracle[] = [pythonOracle];
