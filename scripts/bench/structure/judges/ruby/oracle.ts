/**
 * Ruby itself, which loads every file: see oracle.rb. Its roots are the folders on the load
 * path, and only files below them are judged; its options are the Debian packages of the gems that
 * a repository needs, without which Ruby would not know what its classes inherit.
 *
 * What is still missed: a constant that is inherited through a module which is itself named by way
 * of another's ancestors (kramdown).
 */
import { cp, glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromDebianGem } from '../../obtain/obtain.ts';
import { obtain } from '../../obtain/tools.ts';
import type { Context, Oracle, Repository } from '../../score/oracle.ts';
import { readVerdict } from '../../score/verdict.ts';

const program = fileURLToPath(new URL('oracle.rb', import.meta.url));
const hint = 'install Ruby 3.1 to 3.3';

const rubocopNeeds = ['rubocop-ast', 'whitequark-parser', 'ast', 'rainbow', 'regexp-parser'];

export const rubyOracle: Oracle = {
  language: 'ruby',
  languages: ['ruby'],
  tools: [{ command: 'ruby', probe: ['-e', 'RubyVM::AbstractSyntaxTree.of(-> {})'], hint }],
  required: { precision: 0.97, recall: 0.93 },
  repositories: [
    gem('ruby-rack'),
    gem('ruby-thor'),
    gem('ruby-kramdown'),
    gem('ruby-i18n', ['concurrent']),
    gem('ruby-mustermann'),
    gem('ruby-activesupport', ['i18n', 'tzinfo', 'concurrent']),
    gem('rubocop', [...rubocopNeeds, 'parallel', 'progressbar']),
  ],
  async judge({ folder, roots: told, options }, context) {
    const roots = told.join() === '' ? await loadPath(folder) : told;
    const needed: string[] = [];
    for (const name of options) needed.push(join(await obtainGem(name, context), 'lib'));
    // Programs may write where they stand.
    const copy = await mkdtemp(join(tmpdir(), 'backstory-ruby-'));
    try {
      await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
      const load = needed.flatMap((path) => ['-I', path]);
      return readVerdict(
        await context.run('ruby', [...load, program, copy, ...roots], { folder: copy }),
      );
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  },
};

function gem(debian: string, needs: readonly string[] = []): Repository {
  const name = debian.replace('ruby-', '');
  const options = needs.map((each) => `ruby-${each}`);
  return { name, obtain: fromDebianGem(debian), roots: ['lib'], options };
}

function obtainGem(name: string, context: Context): Promise<string> {
  return obtain('ruby-needs', { name, obtain: fromDebianGem(name) }, context);
}

/** The folders that gems and their test runners put on the load path. */
async function loadPath(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob('{,*/}{lib,test,spec}', { cwd: folder })) found.push(path);
  return found.sort();
}
