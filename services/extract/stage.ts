/** extract: takes the admitted files out of the content blob and says how they are built. */
import type { Repository } from '../../schemas/generated/types.ts';
import { emit } from '../runtime/outcomes.ts';
import { defineStage } from '../runtime/stage.ts';
import { type Configuration, configuration } from './config.ts';
import { type Extractor, openExtractor, type SourceFile } from './extractor.ts';

let extractor: Extractor | null = null;

export const extract = defineStage<Configuration, 'repo-admitted'>('extract', {
  config: configuration,
  reads: 'repo-admitted',
  concurrency: (config) => config.concurrency,
  failed: null,
  async open(tools) {
    extractor = openExtractor(tools.config);
  },
  async close() {
    await extractor?.close();
    extractor = null;
  },
  async handle(record, tools) {
    const { repository } = record.body;
    extractor ??= openExtractor(tools.config);
    const content = await tools.blobs.get(repository.content);
    const files = sliceFiles(repository, content);
    const { shortfalls, ...structure } = await extractor.extract(files, tools.signal);
    for (const { path, reason } of shortfalls) {
      tools.log.warn({ repository: repository.name, path, reason }, 'file not fully read');
    }
    tools.count('files_parsed', structure.files.filter(({ parser }) => parser !== 'none').length);
    return [emit('repo-structure', { repository, ...structure })];
  },
});

function sliceFiles(repository: Repository, content: Buffer): SourceFile[] {
  return repository.files.map(({ path, offset, bytes }) => ({
    path,
    text: content.toString('utf8', offset, offset + bytes),
  }));
}
