/** Wiring of `discover`: for each source, stores an archive and emits `repo-found`. */
import { PipelineError } from '../../runtime/errors.ts';
import { emit } from '../../runtime/outcomes.ts';
import { defineSource, type SourceItem, type Tools } from '../../runtime/stage.ts';
import { type DiscoverKnobs, discoverKnobs } from './config.ts';
import { packSource } from './pack-source.ts';
import { repositoryIdentity, unreadableIdentity } from './source-names.ts';
import { expandSources, type SourceSpec } from './sources.ts';

export const discover = defineSource('discover', {
  config: discoverKnobs,
  items: readItems,
});

async function* readItems(tools: Tools<'discover', DiscoverKnobs>): AsyncGenerator<SourceItem> {
  const { sources, limit, listSourcesMax } = tools.config;
  const specs = await expandSources(sources, limit, listSourcesMax);
  const failures = new Map<string, number>();
  for (const spec of specs) {
    if (tools.signal.aborted) return;
    yield await readItem(spec, failures, tools);
  }
}

async function readItem(
  spec: SourceSpec,
  failures: Map<string, number>,
  tools: Tools<'discover', DiscoverKnobs>,
): Promise<SourceItem> {
  try {
    const limits = { ...tools.config, outputFolder: tools.run.outputFolder };
    const packed = await packSource(spec, limits);
    const { name, origin, commit, format, archive, contentSha256, treeSha256, eventTimeMs } =
      packed;
    const reference = await tools.blobs.put(archive);
    const repositoryId = repositoryIdentity(name, contentSha256);
    const body = { name, origin, commit, archive: reference, format, treeSha256 };
    const outcome = emit('repo-found', body);
    const subject = { name, origin };
    return { repositoryId, eventTimeMs, subject, outcome };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    if (error.code !== 'SOURCE_UNREADABLE' && error.code !== 'SOURCE_EMPTY') throw error;
    const { name, origin } = spec;
    const known = failures.get(origin) ?? 0;
    failures.set(origin, known + 1);
    const repositoryId = unreadableIdentity(name, origin, known);
    const subject = { name, origin };
    const outcome = { kind: 'unreadable' as const, reason: error.code, detail: error.message };
    return { repositoryId, eventTimeMs: 0, subject, outcome };
  }
}
