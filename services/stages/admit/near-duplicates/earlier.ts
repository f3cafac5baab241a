/**
 * What a repository duplicates. Only what may be used itself stands for a later one, so the earlier
 * repository goes through the same gates again: the answer depends on the archives and the knobs
 * alone, not on which repository this or another process admits first.
 */
import type { EarlierRepository, NearDuplicates } from '../../../../schemas/generated/types.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { sha256 } from '../../../runtime/ids.ts';
import type { BlobStore } from '../../../runtime/store/blobs.ts';
import { admitArchive } from '../admit-archive.ts';
import type { AdmitKnobs } from '../config.ts';
import type { Duplicates, Gate, GateFacts } from '../gate.ts';
import { gates } from '../gates.ts';

export interface Earlier {
  duplicatesOf(near: NearDuplicates): Promise<Duplicates>;
}

/** The files of a repository that the gates admit: paths by the hash of the bytes. */
type Usable = ReadonlyMap<string, string>;

interface Tools {
  readonly blobs: BlobStore;
  readonly config: AdmitKnobs;
  readonly facts: GateFacts;
}

/** Files of repositories that are remembered, at about 200 bytes each. */
const rememberedMax = 300_000;

export function openEarlier(tools: Tools): Earlier {
  const usable = remembering((repository) => usableOf(repository, tools));
  const first = async (
    { repositories }: NearDuplicates,
    { earlier }: NearDuplicates['similar'][number],
    told: (repository: EarlierRepository, files: Usable, sha256: string) => string | null,
  ): Promise<string | null> => {
    for (const { repository: place, sha256: hash } of earlier) {
      const repository = repositories[place];
      if (repository === undefined) continue;
      const words = told(repository, await usable(repository), hash);
      if (words !== null) return words;
    }
    return null;
  };
  return {
    duplicatesOf: async (near) => {
      if (near.level === 'repository') {
        const [similar] = near.similar;
        const whole = similar === undefined ? null : await first(near, similar, tellRepository);
        return { whole, files: new Map() };
      }
      const files = new Map<string, string>();
      for (const similar of near.similar) {
        const words = await first(near, similar, tellFile);
        if (words !== null) files.set(similar.sha256, words);
      }
      return { whole: null, files };
    },
  };
}

function tellRepository({ name, origin }: EarlierRepository, files: Usable): string | null {
  return files.size === 0 ? null : `nearly the same files came earlier, as ${name} (${origin})`;
}

function tellFile({ name }: EarlierRepository, files: Usable, hash: string): string | null {
  const path = files.get(hash);
  return path === undefined ? null : `${name}: ${path}`;
}

/** Empty if the repository was dropped, or could not be read: then it stands for nothing. */
async function usableOf(
  { name, origin, archive, format, hosted }: EarlierRepository,
  { blobs, config, facts }: Tools,
): Promise<Usable> {
  const hashes = new Map<string, string>();
  try {
    if (archive.bytes > config.archiveBytesMax) return new Map();
    const repository = { name, origin, hosted, format, archive: await blobs.get(archive) };
    const list = [...gatesThatRefuse(config), noteHashes(hashes)];
    const { files } = await admitArchive(repository, config, list, { ...facts, duplicates: null });
    return new Map(files.map(({ path }) => [hashes.get(path) ?? '', path]));
  } catch (error) {
    const isFinal =
      error instanceof PipelineError && ['drop', 'reject'].includes(error.disposition);
    if (!isFinal) throw error;
    return new Map();
  }
}

/** Redaction costs most, and decides only where a secret refuses; what is counted never does. */
function gatesThatRefuse({ secrets }: AdmitKnobs): readonly Gate<AdmitKnobs>[] {
  return gates.map((gate: Gate<AdmitKnobs>) => ({
    ...gate,
    open: (knobs, facts) => {
      const { marks: _marks, redact, ...questions } = gate.open(knobs, facts);
      return secrets === 'redact' || redact === undefined ? questions : { ...questions, redact };
    },
  }));
}

/** Redaction changes the bytes, so their hash is taken before. */
function noteHashes(hashes: Map<string, string>): Gate<AdmitKnobs> {
  return {
    name: 'note-hashes',
    summary: '',
    knobs: {},
    reasons: [],
    drops: [],
    open: () => ({
      file: ({ path, bytes }) => {
        hashes.set(path, sha256(bytes));
        return null;
      },
    }),
  };
}

/**
 * Remembers answers up to a number of files; what was not asked for the longest goes first. What is
 * being asked is not asked a second time.
 */
function remembering(
  ask: (repository: EarlierRepository) => Promise<Usable>,
): (repository: EarlierRepository) => Promise<Usable> {
  const answers = new Map<string, Usable>();
  const asking = new Map<string, Promise<Usable>>();
  const askOnce = (key: string, repository: EarlierRepository) => {
    const answer = asking.get(key) ?? ask(repository).finally(() => asking.delete(key));
    asking.set(key, answer);
    return answer;
  };
  let files = 0;
  return async (repository) => {
    const { archive, name, origin, hosted } = repository;
    const key = JSON.stringify([archive.sha256, name, origin, hosted]);
    const answer = answers.get(key) ?? (await askOnce(key, repository));
    // Another question may have brought the answer in the meantime.
    if (!answers.delete(key)) files += answer.size + 1;
    answers.set(key, answer);
    for (const [oldest, { size }] of answers) {
      if (files <= rememberedMax || oldest === key) break;
      answers.delete(oldest);
      files -= size + 1;
    }
    return answer;
  };
}
