/** What the gates of a run left out or replaced, for data set cards. */
import { forEachBody, withRunLog } from './run-log.ts';

/** What the gates left out or changed, by reason. */
export interface GateFacts {
  readonly droppedRepositories: Readonly<Record<string, number>>;
  readonly skippedFiles: Readonly<Record<string, number>>;
  readonly redactedFiles: number;
  readonly redactions: number;
}

/** Null where the log is absent or in use by a run. */
export async function readGates(outputFolder: string): Promise<GateFacts | null> {
  return withRunLog(outputFolder, async (log) => {
    const dropped: Record<string, number> = {};
    const skipped: Record<string, number> = {};
    let redactedFiles = 0;
    let redactions = 0;
    const seen = new Set<string>();
    // A record may have been delivered twice; its id says so.
    const isNew = (id: string) => !seen.has(id) && seen.add(id) !== undefined;
    await forEachBody(log, 'dropped', ({ envelope, body }) => {
      if (isNew(envelope.id)) dropped[body.reason] = (dropped[body.reason] ?? 0) + 1;
    });
    await forEachBody(log, 'repo-admitted', ({ envelope, body: { repository } }) => {
      if (!isNew(envelope.id)) return;
      for (const { reason } of repository.skipped) skipped[reason] = (skipped[reason] ?? 0) + 1;
      for (const file of repository.files) {
        redactions += file.redactions;
        if (file.redactions > 0) redactedFiles += 1;
      }
    });
    return { droppedRepositories: dropped, skippedFiles: skipped, redactedFiles, redactions };
  });
}
