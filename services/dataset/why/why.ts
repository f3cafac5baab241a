/**
 * Says where something in a data set came from, or why it is not there: the story of a sample, a
 * repository, a file or a line, from the source to the tokens. It only reads. What the log of the
 * run would tell is missing where there is none, and the answer says so.
 */
import { PipelineError } from '../../runtime/errors.ts';
import { type OpenOutput, openReader } from '../open-output.ts';
import { type RunLog, withRunLog } from '../run-log/run-log.ts';
import type { DocumentReader } from '../template/document-reader.ts';
import type { Duplicates, FileFact, Why } from './answer.ts';
import { parseAsked } from './asked.ts';
import { readDuplicates } from './duplicates.ts';
import { type AskedFile, factOfFile } from './file-fact.ts';
import { type FilePlaces, placesOfFile } from './file-places.ts';
import { createMatches, type FoundRepository, type Matches } from './found.ts';
import { type LogStory, matchLog, readStories } from './from-log.ts';
import { matchShards, readPlaces, type SamplePlace } from './from-shards.ts';
import { tellStory } from './repository-story.ts';

export interface WhyRequest {
  /** Null while no shard is sealed. */
  readonly output: OpenOutput | null;
  /** The folder that may hold the log of the run; null for a bucket. */
  readonly runFolder: string | null;
  readonly asked: string;
}

/** Repositories that one answer tells of; further ones are counted. */
const toldMax = 20;

interface FromRun {
  readonly stories: ReadonlyMap<string, LogStory>;
  readonly duplicates: ReadonlyMap<string, Duplicates>;
}

export async function askWhy({ output, runFolder, asked: text }: WhyRequest): Promise<Why> {
  const asked = parseAsked(text);
  const matches = createMatches();
  if (output !== null) await matchShards(output, asked, matches);
  const readAll = async (log: RunLog): Promise<FromRun> => {
    await matchLog(log, asked, matches);
    const ids = new Set(chosen(matches).keys());
    const stories = await readStories(log, ids);
    return { stories, duplicates: await readDuplicates(log, stories) };
  };
  const logged = await withRunLog(runFolder, readAll, 'copy');
  const repositories = chosen(matches);
  const missing = missingParts(output, logged.why);
  if (repositories.size === 0) throw nothingFound(text, missing);
  const places =
    output === null ? new Map() : await readPlaces(output, new Set(repositories.keys()));
  const told: Why['repositories'] = await tellAll(
    { output, logged: logged.found, places },
    repositories,
  );
  return {
    asked: text,
    dataset: output?.head.dataset ?? '',
    runId: output?.head.runId ?? '',
    closed: output?.head.closed ?? false,
    missing,
    repositories: told,
    more: matches.best().size - repositories.size + matches.more,
  };
}

/** The first repositories that answer best. */
function chosen(matches: Matches): ReadonlyMap<string, FoundRepository> {
  return new Map([...matches.best()].slice(0, toldMax));
}

interface Known {
  readonly output: OpenOutput | null;
  readonly logged: FromRun | null;
  readonly places: ReadonlyMap<string, readonly SamplePlace[]>;
}

async function tellAll(known: Known, repositories: ReadonlyMap<string, FoundRepository>) {
  const { output, logged, places } = known;
  let reader: DocumentReader | null = null;
  const told: Why['repositories'][number][] = [];
  for (const [id, repository] of repositories) {
    const samples = places.get(id) ?? [];
    const story = logged === null ? null : (logged.stories.get(id) ?? null);
    const optOut = output?.optOuts.repositories.get(id) ?? null;
    const wanted = optOut === null ? fileOf(repository) : null;
    let file: FileFact | null = null;
    if (wanted !== null) {
      if (output !== null && samples.length > 0) reader ??= await openReader(output);
      const found = output === null ? [] : await placesIn(output, samples, wanted, reader);
      file = factOfFile(wanted, story, samples, found);
    }
    const duplicates = logged?.duplicates.get(id) ?? { of: null, later: [] };
    const closed = output?.head.closed ?? false;
    told.push(tellStory({ repository, story, samples, duplicates, file, closed, optOut }));
  }
  return told;
}

function fileOf({ reading: { path, line } }: FoundRepository): AskedFile | null {
  return path === null ? null : { path, line };
}

async function placesIn(
  output: OpenOutput,
  samples: readonly SamplePlace[],
  file: AskedFile,
  reader: DocumentReader | null,
): Promise<FilePlaces[]> {
  const found: FilePlaces[] = [];
  if (reader === null) return found;
  // Of a document with a part elsewhere, nothing can be read yet.
  for (const sample of samples.filter(({ whole }) => whole)) {
    found.push(...(await placesOfFile(output, sample, file, reader)));
  }
  return found;
}

function missingParts(output: OpenOutput | null, noLog: string | null): string[] {
  const parts: string[] = [];
  if (output === null) parts.push('shards: none is sealed yet');
  if (noLog !== null) {
    parts.push(
      `the log of the run, because ${noLog}: sources, gates, drops, plans, thoughts and costs are not known here`,
    );
  }
  if (output !== null && !output.head.closed) parts.push('what is not sealed yet: it still grows');
  return parts;
}

function nothingFound(text: string, missing: readonly string[]): PipelineError {
  const looked = missing.length === 0 ? '' : ` (not looked into: ${missing.join('; ')})`;
  return new PipelineError(
    'USAGE',
    `nothing here is called ${text}: no sample, repository or file of one${looked}; ask for a sample id, a repository, REPOSITORY:PATH[:LINE] or a path`,
    { subject: text },
  );
}
