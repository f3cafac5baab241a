/** What the gates of a run left out or replaced, for data set cards. */
import { type Marks, openMarks } from './marks.ts';
import { type FromLog, forEachBody, withRunLog } from './run-log.ts';

/** Counts by reason; the fields on redaction count replaced secrets and personal data. */
export interface GateFacts extends Marks {
  readonly droppedRepositories: Readonly<Record<string, number>>;
  readonly skippedFiles: Readonly<Record<string, number>>;
  readonly redactedFiles: number;
  readonly redactions: number;
}

export async function readGates(outputFolder: string | null): Promise<FromLog<GateFacts>> {
  return withRunLog(outputFolder, async (log) => {
    const dropped: Record<string, number> = {};
    const skipped: Record<string, number> = {};
    let redactedFiles = 0;
    let redactions = 0;
    const marks = openMarks();
    const seen = new Set<string>();
    // The log may hold a record twice; both copies have the same id.
    const isNew = (id: string) => !seen.has(id) && seen.add(id) !== undefined;
    await forEachBody(log, 'dropped', ({ envelope, body }) => {
      if (isNew(envelope.id)) dropped[body.reason] = (dropped[body.reason] ?? 0) + 1;
    });
    await forEachBody(log, 'repo-admitted', ({ envelope, body: { repository } }) => {
      if (!isNew(envelope.id)) return;
      for (const { reason } of repository.skipped) skipped[reason] = (skipped[reason] ?? 0) + 1;
      for (const file of repository.files) {
        marks.add(file);
        redactions += file.redactions;
        if (file.redactions > 0) redactedFiles += 1;
      }
    });
    const facts = {
      droppedRepositories: dropped,
      skippedFiles: skipped,
      redactedFiles,
      redactions,
    };
    return { ...facts, ...marks.facts() };
  });
}
