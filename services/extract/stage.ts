/** extract: takes the admitted files out of the content blob and says how they are built. */
import { join } from 'node:path';
import { emit } from '../runtime/outcomes.ts';
import { defineStage, type Tools } from '../runtime/stage.ts';
import { type Configuration, configuration } from './config.ts';
import { openContent } from './content.ts';
import { type Extractor, openExtractor } from './extractor.ts';

let extractor: Extractor | null = null;

export const extract = defineStage<Configuration, 'repo-admitted'>('extract', {
  config: configuration,
  reads: 'repo-admitted',
  concurrency: (config) => config.concurrency,
  failed: null,
  async open(tools) {
    extractor = openFor(tools);
  },
  async close() {
    await extractor?.close();
    extractor = null;
  },
  async handle(record, tools) {
    const { repository } = record.body;
    extractor ??= openFor(tools);
    const damagedBefore = extractor.damagedEntries();
    const files = openContent(repository, tools.blobs);
    const { shortfalls, counts, ...structure } = await extractor.extract(files, tools.signal);
    for (const { path, reason } of shortfalls) {
      tools.log.warn({ repository: repository.name, path, reason }, 'file not fully read');
    }
    const damaged = extractor.damagedEntries() - damagedBefore;
    if (damaged > 0) tools.log.warn({ damaged }, 'cache entries could not be read');
    tools.count('files_parsed', counts.parsed + counts.cached);
    return [emit('repo-structure', { repository, ...structure })];
  },
});

function openFor({ config, run }: Tools<Configuration>): Extractor {
  return openExtractor(config, join(run.outputFolder, 'cache'));
}
