/** A parser process that dies or hangs at certain files, by their content: for the pool's tests. */
import { existsSync, writeFileSync } from 'node:fs';
import { openFileParser } from '../../../services/extract/parse-file.ts';
import { serve } from '../../../services/extract/parser-child.ts';

serve((limits) => {
  const parser = openFileParser(limits);
  return {
    async parse(job) {
      const [word = '', path = ''] = job.text.trim().split(' ').slice(1);
      if (word === 'abort') process.abort();
      if (word === 'hang') for (;;);
      if (word === 'abort-once' && !existsSync(path)) {
        writeFileSync(path, '');
        process.abort();
      }
      return parser.parse(job);
    },
  };
});
