/**
 * Compares each repository that becomes a record with the earlier ones, in the order of the log,
 * and writes down what is similar; `admit` decides what follows. The index is built from the
 * records and their sketches, so that a later process compares with the same entries.
 */
import type { EarlierRepository, NearDuplicates } from '../../../../schemas/generated/types.ts';
import { emit } from '../../../runtime/outcomes.ts';
import type { SourceItem, SourcePast, Tools } from '../../../runtime/stage.ts';
import type { DiscoverKnobs } from '../config.ts';
import type { discoverReport } from './report.ts';
import { type Entry, type Match, matchesMax, NearIndex } from './similar-entries.ts';
import { entriesOf } from './sketches.ts';

type DiscoverTools = Tools<'discover', DiscoverKnobs, typeof discoverReport>;

/** A source's item with the sketches of its archive; null where nothing is compared. */
export interface SketchedItem extends SourceItem {
  readonly sketches?: Buffer;
}

export interface Comparison {
  /** Called with each item in order; returns the item with what is similar to it. */
  compare(item: SketchedItem, past: SourcePast): Promise<SourceItem>;
}

/** What is remembered of a repository; a record of one holds more. */
function earlierOf(found: EarlierRepository): EarlierRepository {
  const { name, origin, archive, format, hosted } = found;
  return { name, origin, archive, format, hosted };
}

const off: Comparison = { compare: async (item) => item };

/** One index for all rounds of a source, which get the same tools. */
const comparisons = new WeakMap<DiscoverTools, Comparison>();

export async function openComparison(tools: DiscoverTools, past: SourcePast): Promise<Comparison> {
  if (tools.config.nearDuplicates === 'off' || past.purpose === 'compare') return off;
  const opened = comparisons.get(tools) ?? (await rebuild(tools, past));
  comparisons.set(tools, opened);
  return opened;
}

async function rebuild(tools: DiscoverTools, past: SourcePast): Promise<Comparison> {
  const level = tools.config.nearDuplicates;
  const seen = openSeen(tools);
  for (const { sketches, ...found } of await pastSketches(past, level)) {
    seen.take(found, sketches === null ? noSketches : await tools.blobs.get(sketches));
  }
  return {
    compare: async ({ sketches = noSketches, ...item }, now) => {
      const { outcome, repositoryId } = item;
      if (outcome.kind !== 'emit' || outcome.topic !== 'repo-found') return item;
      const { treeSha256 } = outcome.body;
      // It becomes no record, so a later process would not have it in its index either.
      if (now.has(repositoryId) || (treeSha256 !== null && now.hasTree(treeSha256))) return item;
      const reference = sketches.byteLength === 0 ? null : await tools.blobs.put(sketches);
      const near = { level, sketches: reference, ...seen.take(outcome.body, sketches) };
      tools.count('near_duplicates', near.similar.length);
      return { ...item, outcome: emit('repo-found', { ...outcome.body, near }) };
    },
  };
}

const noSketches = Buffer.alloc(0);

/** What has been seen, in the order of the log. */
interface Seen {
  /** Returns what is similar to earlier repositories, and remembers this one for later ones. */
  take(
    found: EarlierRepository,
    sketches: Uint8Array,
  ): Pick<NearDuplicates, 'similar' | 'repositories'>;
}

function openSeen({ config, log }: DiscoverTools): Seen {
  const index = new NearIndex(config.nearDuplicatesMin, config.nearDuplicatesMax);
  const owners: EarlierRepository[] = [];
  let isTold = false;
  const tellFull = () => {
    if (isTold || !index.isFull) return;
    isTold = true;
    log.warn(
      { entries: index.size },
      'the index of near duplicates is full: what comes from here on is compared with what is in it, ' +
        'and not remembered; discover.nearDuplicatesMax is the limit',
    );
  };
  return {
    take: (repository, sketches) => {
      const found = [...entriesOf(sketches)].map((entry) => {
        return { entry, matches: index.similar(entry.signature) };
      });
      // Only now, so that a repository is not compared with itself.
      for (const { entry, matches } of found) {
        if (matches.length < matchesMax) index.add(entry, owners.length);
      }
      owners.push(earlierOf(repository));
      tellFull();
      return describeMatches(found, owners);
    },
  };
}

type Matched = { readonly entry: Entry; readonly matches: readonly Match[] };

function describeMatches(
  found: readonly Matched[],
  owners: readonly EarlierRepository[],
): Pick<NearDuplicates, 'similar' | 'repositories'> {
  const places = new Map<number, number>();
  const placeOf = (owner: number) => {
    const place = places.get(owner) ?? places.size;
    places.set(owner, place);
    return place;
  };
  const similar = found.flatMap(({ entry, matches }) => {
    if (matches.length === 0) return [];
    const earlier = matches.map(({ owner, key, similarity }) => {
      return { repository: placeOf(owner), sha256: hex(key), similarity };
    });
    return { sha256: hex(entry.key), earlier };
  });
  return { similar, repositories: [...places.keys()].flatMap((owner) => owners[owner] ?? []) };
}

function hex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}

type Sketched = EarlierRepository & Pick<NearDuplicates, 'sketches'>;

/**
 * What was compared, in the order of the log; a topic has several partitions. Of a record only this
 * is held: what it says of earlier ones may be long.
 */
async function pastSketches(past: SourcePast, level: string): Promise<readonly Sketched[]> {
  const seen: { readonly found: Sketched; readonly sequence: number }[] = [];
  await past.bodies('repo-found', ({ near, ...body }, sequence) => {
    if (near?.level !== level) return;
    seen.push({ found: { ...earlierOf(body), sketches: near.sketches }, sequence });
  });
  return seen.sort((a, b) => a.sequence - b.sequence).map(({ found }) => found);
}
