/** Counts over an export, for the card. The first sources are kept, the others only counted. */
import { compareText } from '../../schemas/compare-text.ts';
import type { ModelIdentity } from '../../schemas/generated/types.ts';
import type { DatasetShard } from '../dataset/read-shards.ts';
import { canonicalJson } from '../runtime/ids.ts';
import type { ExportDocument } from './document.ts';

export interface SourceRow {
  readonly name: string;
  readonly origin: string;
  readonly commit: string | null;
  readonly licence: string;
  readonly files: number;
  readonly tokens: number;
}

export interface LicenceCount {
  repositories: number;
  files: number;
  tokens: number;
}

export interface Census {
  addShard(shard: DatasetShard): void;
  addDocument(document: ExportDocument): void;
  readonly totals: Readonly<Totals>;
  /** By licence expression, sorted. */
  readonly licences: readonly (readonly [licence: string, count: LicenceCount])[];
  /** The first repositories; `totals.repositories` says how many there are. */
  readonly sources: readonly SourceRow[];
  readonly teachers: readonly ModelIdentity[];
  /** Null stands for documents whose search was off. */
  readonly scorers: readonly (ModelIdentity | null)[];
}

interface Totals {
  packs: number;
  tokens: number;
  trainedTokens: number;
  documents: number;
  repositories: number;
  files: number;
  textBytes: number;
  /** Share of the context left empty over all packs, 0 to 1. */
  paddingShare: number;
}

/** Rows of the card's table of sources; the provenance files name every one. */
const sourcesShownMax = 100;

export function createCensus(contextLength: number): Census {
  const totals: Totals = {
    packs: 0,
    tokens: 0,
    trainedTokens: 0,
    documents: 0,
    repositories: 0,
    files: 0,
    textBytes: 0,
    paddingShare: 0,
  };
  const licences = new Map<string, LicenceCount>();
  const sources = new Map<string, SourceRow>();
  const teachers = new Map<string, ModelIdentity>();
  const scorers = new Map<string, ModelIdentity | null>();
  return {
    addShard: ({ facts }) => {
      totals.packs += facts.packs;
      totals.tokens += facts.tokens;
      totals.trainedTokens += facts.trainedTokens;
      const room = totals.packs * contextLength;
      totals.paddingShare = room === 0 ? 0 : (room - totals.tokens) / room;
    },
    addDocument: ({ line, tokens }) => {
      const { repositoryId, name, origin, commit, licence } = line;
      const files = line.files?.length ?? 0;
      // Of several episodes, which may come in any order, the first one counts for all.
      const repositories = (line.episode?.number ?? 1) === 1 ? 1 : 0;
      totals.documents += 1;
      totals.repositories += repositories;
      totals.files += files;
      totals.textBytes += line.document.bytes;
      const count = licences.get(licence) ?? { repositories: 0, files: 0, tokens: 0 };
      count.repositories += repositories;
      count.files += files;
      count.tokens += tokens;
      licences.set(licence, count);
      teachers.set(canonicalJson(line.teacher), line.teacher as ModelIdentity);
      scorers.set(canonicalJson(line.scorer), line.scorer as ModelIdentity | null);
      const known = sources.get(repositoryId) ?? { name, origin, commit, licence, ...nothing };
      if (sources.size >= sourcesShownMax && !sources.has(repositoryId)) return;
      const sum = { files: known.files + files, tokens: known.tokens + tokens };
      sources.set(repositoryId, { ...known, ...sum });
    },
    totals,
    get licences() {
      return byKey(licences);
    },
    get sources() {
      return [...sources.values()];
    },
    get teachers() {
      return byKey(teachers).map(([, teacher]) => teacher);
    },
    get scorers() {
      return byKey(scorers).map(([, scorer]) => scorer);
    },
  };
}

const nothing = { files: 0, tokens: 0 };

function byKey<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => compareText(a, b));
}
