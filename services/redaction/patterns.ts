/** The patterns of all that is looked for: a text is passed over once for them. */
import { openPatterns } from './search/search.ts';

export const redactionPatterns = openPatterns();
