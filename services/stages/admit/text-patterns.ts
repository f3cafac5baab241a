/** The patterns of the gates that read a text as it came: it is passed over once for them. */
import { openPatterns } from '../../redaction/search/search.ts';

export const textPatterns = openPatterns();
