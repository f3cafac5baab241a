/**
 * A parser process that dies, hangs or says who it is at certain files, by their content: for the
 * pool's tests.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { openFileParser } from '../../../../services/stages/extract/parse/parse-file.ts';
import { serve } from '../../../../services/stages/extract/parse/parser-child.ts';

serve((limits) => {
  const parser = openFileParser(limits);
  return {
    async parse(job) {
      const [line = ''] = job.text.split('\n', 1);
      const [word = '', path = ''] = line.split(' ').slice(1);
      if (word === 'abort') process.abort();
      if (word === 'hang') for (;;);
      // As the kernel does when memory is short: no handler sees it.
      if (word === 'kill') process.kill(process.pid, 'SIGKILL');
      if (word === 'sign') appendFileSync(path, `${process.pid}\n`);
      if (word === 'abort-once' && !existsSync(path)) {
        writeFileSync(path, '');
        process.abort();
      }
      return parser.parse(job);
    },
  };
});
