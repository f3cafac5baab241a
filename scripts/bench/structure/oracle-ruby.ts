/**
 * Ruby itself, which loads every file: see oracle-ruby.rb. Its roots are the folders on the load
 * path, and only files below them are judged.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromDebian } from './obtain.ts';
import type { Oracle } from './oracle.ts';
import { readVerdict } from './verdict.ts';

const program = fileURLToPath(new URL('oracle-ruby.rb', import.meta.url));
const hint = 'install Ruby 3.1 to 3.3; what jekyll needs makes it load more (Debian: ruby-liquid)';

export const rubyOracle: Oracle = {
  language: 'ruby',
  languages: ['ruby'],
  tools: [{ command: 'ruby', probe: ['-e', 'RubyVM::AbstractSyntaxTree.of(-> {})'], hint }],
  required: { precision: 0.97, recall: 0.93 },
  repositories: [
    { name: 'rack', obtain: fromDebian('ruby-rack'), roots: ['lib', 'test'] },
    { name: 'thor', obtain: fromDebian('ruby-thor'), roots: ['lib', 'spec'] },
    { name: 'jekyll', obtain: fromDebian('jekyll'), roots: ['lib', 'test'] },
    {
      name: 'sinatra',
      obtain: fromDebian('ruby-sinatra'),
      roots: ['lib', 'rack-protection/lib', 'sinatra-contrib/lib', 'test'],
    },
  ],
  async judge({ folder, roots }, { run }) {
    // Programs may write where they stand.
    const copy = await mkdtemp(join(tmpdir(), 'backstory-ruby-'));
    try {
      await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
      return readVerdict(await run('ruby', [program, copy, ...roots], { folder: copy }));
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  },
};
