/** The patterns of all tables of secrets: a text is passed over once for them. */
import { openPatterns } from '../search/search.ts';

export const secretPatterns = openPatterns();
