/**
 * Checks what no episode shows by itself: that together they write every file once (I1), and that
 * what one observes of an earlier one is what was written there (I3). Memory holds the texts of
 * repositories of which an episode is still to come.
 */
import type { ProvenanceLine } from '../../../schemas/manifest.ts';
import { childId } from '../../runtime/ids.ts';
import type { PlacedSegment } from '../segments.ts';
import { mustHold } from './difference.ts';
import { type CheckedDocument, checkObservation } from './document.ts';

interface Episode {
  readonly line: ProvenanceLine;
  readonly written: ReadonlyMap<string, string>;
  readonly earlier: readonly PlacedSegment[];
}

export interface EpisodeChecker {
  /** Takes a document that is whole by itself; checks its repository with the last episode. */
  add(line: ProvenanceLine, document: CheckedDocument): void;
  /** What is missing of repositories that are not whole must be known not to be lost. */
  finish(isListed: (sampleId: string) => boolean): void;
}

/** The id of a sample follows from its origin and its place among the episodes. */
export function sampleIdOf({ parentId, stage, stageVersion }: ProvenanceLine, number = 1): string {
  return childId(parentId, stage, stageVersion, 'trajectory', number - 1);
}

export function createEpisodeChecker(): EpisodeChecker {
  const open = new Map<string, Map<number, Episode>>();
  return {
    add: (line, { written, earlier }) => {
      if (line.episode === undefined) return;
      const { number, of } = line.episode;
      mustHold(number <= of && of > 1, `it says that it is episode ${number} of ${of}`);
      const repository = sampleIdOf(line);
      const episodes = open.get(repository) ?? new Map<number, Episode>();
      const texts = new Map([...written].map(([path, { body }]) => [path, body]));
      episodes.set(number, { line, written: texts, earlier });
      open.set(repository, episodes);
      const same = [...episodes.values()].every((each) => each.line.episode?.of === of);
      mustHold(same, 'its episodes do not agree on how many they are');
      if (episodes.size < of) return;
      open.delete(repository);
      checkRepository([...episodes.values()].sort((a, b) => numberOf(a) - numberOf(b)));
    },
    finish: (isListed) => {
      for (const episodes of open.values()) {
        const [{ line } = none()] = episodes.values();
        for (let number = 1; number <= (line.episode?.of ?? 0); number += 1) {
          const lost = !episodes.has(number) && !isListed(sampleIdOf(line, number));
          mustHold(!lost, `episode ${number} of ${line.name} is not in the manifest`);
        }
      }
    },
  };
}

function numberOf({ line }: Episode): number {
  return line.episode?.number ?? 1;
}

function checkRepository(episodes: readonly Episode[]): void {
  const texts = new Map<string, string>();
  for (const { line, written, earlier } of episodes) {
    for (const observed of earlier) checkObservation(observed, texts.get(observed.path ?? ''));
    for (const [path, text] of written) {
      const what = `episode ${line.episode?.number} writes ${path}, which was written before`;
      mustHold(!texts.has(path), what);
      texts.set(path, text);
    }
  }
}

function none(): never {
  throw new Error('a repository has an episode');
}
