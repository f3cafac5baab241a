/** Wiring of `admit`: reads the archive's blob, and emits one content blob and its file list. */
import type { AdmittedFile } from '../../../schemas/generated/types.ts';
import { drop, emit } from '../../runtime/outcomes.ts';
import { defineStage } from '../../runtime/stage.ts';
import { type AdmittedText, admitArchive } from './admit-archive.ts';
import { admitKnobs } from './config.ts';
import { admitReport } from './report.ts';

export const admit = defineStage('admit', {
  config: admitKnobs,
  report: admitReport,
  concurrency: (config) => config.concurrency,
  end: { subject: (record) => record.body },
  handle: async (record, tools) => {
    const { name, origin, commit, archive, format, hosted } = record.body;
    // Checks the declared length before reading, so that no blob is read without a limit.
    if (archive.bytes > tools.config.archiveBytesMax) {
      return [
        drop(
          'ARCHIVE_TOO_LARGE',
          `is ${archive.bytes} bytes long, more than admit.archiveBytesMax`,
        ),
      ];
    }
    const bytes = await tools.blobs.get(archive);
    const admitted = await admitArchive({ name, origin, format, archive: bytes }, tools.config);
    const content = await tools.blobs.put(Buffer.concat(admitted.files.map((file) => file.bytes)));
    tools.count('files_admitted', admitted.files.length);
    tools.count('files_skipped', admitted.skipped.length);
    tools.count('secrets_redacted', admitted.found.secret);
    tools.count('bytes_admitted', content.bytes);
    const { licence, skipped } = admitted;
    const files = placeFiles(admitted.files);
    return [
      emit('repo-admitted', {
        repository: { name, origin, commit, licence, content, files, skipped, hosted },
      }),
    ];
  },
});

/** Returns each file with its offset in the content blob, which holds the files back to back. */
function placeFiles(files: readonly AdmittedText[]): readonly AdmittedFile[] {
  let offset = 0;
  return files.map(({ path, bytes, sha256, redactions, redacted }) => {
    const placed = { path, offset, bytes: bytes.byteLength, sha256, redactions, redacted };
    offset += bytes.byteLength;
    return placed;
  });
}
