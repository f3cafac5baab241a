/** extract: reads the admitted files out of the content blob and emits their structure. */
import { join } from 'node:path';
import { emit } from '../../runtime/outcomes.ts';
import { defineStage, type Tools } from '../../runtime/stage.ts';
import { type ExtractKnobs, extractKnobs } from './config.ts';
import { openContent } from './content.ts';
import { type Extractor, openExtractor } from './extractor.ts';
import { extractReport } from './report.ts';

type ExtractTools = Tools<'extract', ExtractKnobs, typeof extractReport>;

/** Parser processes and cache of each opened stage. */
const extractors = new WeakMap<ExtractTools, Extractor>();

export const extract = defineStage('extract', {
  config: extractKnobs,
  report: extractReport,
  concurrency: (config) => config.concurrency,
  end: { subject: (record) => record.body.repository },
  async open(tools) {
    const { config, run } = tools;
    extractors.set(tools, openExtractor(config, join(run.outputFolder, 'cache')));
  },
  async close(tools) {
    await extractors.get(tools)?.close();
    extractors.delete(tools);
  },
  async handle(record, tools) {
    const { repository } = record.body;
    const extractor = extractors.get(tools);
    if (extractor === undefined) throw new Error('extract was not opened with these tools');
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
