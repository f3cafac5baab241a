/**
 * The trajectory of a large repository has several episodes. Each is a sample with a document and
 * an id of its own, and together they write every file once. Pure.
 */
import type { TrajectoryBody } from './generated/types.ts';

/** The episodes of a trajectory in writing order, each as a trajectory without others. */
export function episodesOf(body: TrajectoryBody): readonly TrajectoryBody[] {
  const { document, segments, files, search, episodes, lacks, refused } = body;
  if (episodes.length === 0) return [body];
  return [{ document, segments, files, search }, ...episodes].map((episode, position) => {
    const own = new Set(episode.files.map(({ path }) => path));
    return {
      ...body,
      ...episode,
      episodes: [],
      lacks: lacks.filter(({ path }) => path === null || own.has(path)),
      // The plan was asked for once.
      refused: refused.filter(({ path }) => (path === null ? position === 0 : own.has(path))),
    };
  });
}
