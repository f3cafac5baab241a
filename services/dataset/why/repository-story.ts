/** Joins what the log and the shards know of one repository to its story. Pure. */
import type { Usage } from '../../../schemas/generated/types.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import { openMarks } from '../run-log/marks.ts';
import type {
  DropFact,
  Duplicates,
  FileFact,
  GateFacts,
  PlanFact,
  RepositoryStory,
  SampleFact,
  Verdict,
  WorkFact,
} from './answer.ts';
import { searchOf } from './file-fact.ts';
import type { FoundRepository } from './found.ts';
import type { LogStory } from './from-log.ts';
import type { SamplePlace } from './from-shards.ts';

export interface StoryParts {
  readonly repository: FoundRepository;
  /** Null where there is no log. */
  readonly story: LogStory | null;
  readonly samples: readonly SamplePlace[];
  readonly duplicates: Duplicates;
  readonly file: FileFact | null;
  readonly closed: boolean;
  /** By which opt-out it left; null where it did not. */
  readonly optOut: { readonly rule: string; readonly generation: number } | null;
}

export function tellStory(given: StoryParts): RepositoryStory {
  // Of what left, the way is told, and nothing of its text.
  const parts = given.optOut === null ? given : { ...given, story: withoutText(given.story) };
  const { repository, story, samples, duplicates, file } = parts;
  const line = samples[0]?.line ?? null;
  const named = story?.found?.body ?? story?.admitted ?? [...(story?.drops.values() ?? [])][0];
  const wanted = samples.filter(({ id }) => [null, id].includes(repository.sampleId));
  return {
    repositoryId: repository.repositoryId,
    name: line?.name ?? named?.name ?? repository.name,
    origin: line?.origin ?? named?.origin ?? '',
    commit: line?.commit ?? story?.found?.body.commit ?? null,
    hosted: story?.found?.body.hosted ?? null,
    verdict: verdictOf(parts),
    source: sourceOf(story),
    drops: [...(story?.drops.values() ?? [])].map(dropOf),
    letters: story?.letters ?? [],
    duplicates,
    licence: licenceOf(story, line?.licence ?? null),
    gates: gatesOf(story),
    plan: planOf(story),
    work: workOf(story),
    usage: usageOf(story),
    lacks: story?.trajectory?.lacks ?? wanted.flatMap((sample) => sample.line.lacks ?? []),
    samples: wanted.map(sampleOf),
    file,
  };
}

function withoutText(story: LogStory | null): LogStory | null {
  return story === null ? null : { ...story, structure: null, plan: null, thoughts: new Map() };
}

function verdictOf({ story, samples, closed, optOut }: StoryParts): Verdict {
  if (optOut !== null) {
    const { rule, generation } = optOut;
    const why = `it left by the rule ${rule}, in generation ${generation} of the opt-outs`;
    return { state: 'opted out', why };
  }
  if (samples.length > 0) {
    const inShards = samples.filter(({ whole }) => whole).length;
    const of = Math.max(samples.length, samples[0]?.episode?.of ?? 1);
    if (inShards === of) return { state: 'in', why: 'all of it is in shards' };
    return { state: 'partly in', why: `${inShards} of ${of} samples are in shards whole` };
  }
  if (story === null) return { state: 'unknown', why: 'no shard has it, and the log is missing' };
  const drop = [...story.drops.values()].at(-1);
  if (drop !== undefined && (story.found === null || !isAgain(drop))) {
    const { stage, reason, detail } = drop;
    return { state: 'left out', why: `${stage} dropped it: ${reason}: ${detail}` };
  }
  const letter = story.letters.at(-1);
  if (letter !== undefined) {
    const { stage, reason, detail } = letter;
    return { state: 'left out', why: `${stage} gave it up: ${reason}: ${detail}` };
  }
  const reached = `it has come as far as ${reachedBy(story)}`;
  return closed
    ? { state: 'unknown', why: `${reached}, and the data set is closed` }
    : { state: 'under way', why: reached };
}

/** The drop of a source that brought the same repository a second time. */
function isAgain({ reason }: DropFact): boolean {
  return reason === 'DUPLICATE_REPOSITORY';
}

function reachedBy({ trajectory, thoughts, plan, structure, admitted }: LogStory): string {
  if (trajectory !== null) return 'sink: it waits for a shard to fill';
  if (thoughts.size > 0) return `search: ${thoughts.size} files are worked on`;
  if (plan !== null) return 'plan';
  if (structure !== null) return 'extract';
  return admitted === null ? 'discover' : 'admit';
}

function sourceOf(story: LogStory | null): RepositoryStory['source'] {
  if (story?.found === null || story?.found === undefined) return null;
  const { envelope, body } = story.found;
  const { archive, format, treeSha256 } = body;
  return {
    archiveSha256: archive.sha256,
    bytes: archive.bytes,
    format,
    treeSha256,
    position: envelope.sourceSequence,
    eventTimeMs: envelope.eventTimeMs,
  };
}

function dropOf({ stage, disposition, reason, detail }: DropFact): DropFact {
  return { stage, disposition, reason, detail };
}

function licenceOf(story: LogStory | null, inShards: string | null): RepositoryStory['licence'] {
  const licence = story?.admitted?.licence ?? story?.trajectory?.licence ?? null;
  if (licence !== null) return licence;
  return inShards === null ? null : { expression: inShards, evidence: null };
}

function gatesOf(story: LogStory | null): GateFacts | null {
  const admitted = story?.admitted ?? null;
  if (admitted === null) return null;
  const skipped: Record<string, number> = {};
  for (const { reason } of admitted.skipped) skipped[reason] = (skipped[reason] ?? 0) + 1;
  const redacted: Record<string, number> = {};
  const marks = openMarks();
  let redactedFiles = 0;
  for (const file of admitted.files) {
    if (file.redactions > 0) redactedFiles += 1;
    marks.add(file);
    let told = 0;
    for (const [kind, count] of Object.entries(file.redacted)) {
      redacted[kind] = (redacted[kind] ?? 0) + count;
      told += count;
    }
    // Older records count replacements without their kinds.
    const untold = file.redactions - told;
    if (untold > 0) redacted['of unrecorded kind'] = (redacted['of unrecorded kind'] ?? 0) + untold;
  }
  const { files, content } = admitted;
  const version = story?.admitVersion ?? 0;
  const sizes = { files: files.length, bytes: content.bytes };
  return { version, ...sizes, skipped, redacted, redactedFiles, ...marks.facts() };
}

function planOf(story: LogStory | null): PlanFact | null {
  if (story?.plan === null || story?.plan === undefined) return null;
  const { teacher, files, requirements } = story.plan;
  return {
    teacher,
    files: files.length,
    edges: story.structure?.edges.length ?? 0,
    unresolvedImports: story.structure?.unresolved.length ?? 0,
    requirements,
  };
}

function workOf(story: LogStory | null): WorkFact | null {
  if (story === null || story.thoughts.size === 0) return null;
  const files: Record<string, number> = {};
  const candidates: Record<string, number> = {};
  let [thoughts, rewritten] = [0, 0];
  for (const { status, steps, search } of story.thoughts.values()) {
    files[status] = (files[status] ?? 0) + 1;
    thoughts += steps.filter(({ kind }) => kind === 'think').length;
    const found = searchOf(search);
    rewritten += found.rewritten;
    for (const [outcome, count] of Object.entries(found.candidates)) {
      candidates[outcome] = (candidates[outcome] ?? 0) + count;
    }
  }
  return { files, thoughts, rewritten, candidates };
}

/** A file's usage is that of its first thought and of its search; a drop has its stage's own. */
function usageOf(story: LogStory | null): Usage | null {
  if (story === null) return null;
  const parts = [story.plan?.usage ?? noUsage];
  for (const { usage } of story.thoughts.values()) parts.push(usage);
  for (const { usage } of story.drops.values()) parts.push(usage);
  return sumUsage(parts);
}

function sampleOf({ id, episode, whole, pieces, line }: SamplePlace): SampleFact {
  const { document, teacher, scorer, runId } = line;
  return {
    ...{ id, episode, whole, document, runId, pieces },
    teacher: teacher as SampleFact['teacher'],
    scorer: scorer as SampleFact['scorer'],
  };
}
