/** Wiring of `admit`: reads the archive's blob, and emits one content blob and its file list. */
import { drop, emit } from '../../runtime/outcomes.ts';
import { defineStage } from '../../runtime/stage.ts';
import { admitArchive } from './admit-archive.ts';
import { admitKnobs } from './config.ts';
import { placeFiles } from './content.ts';
import { gates } from './gates.ts';
import { factsOf } from './known-facts.ts';
import { admitReport, passagesIn } from './report.ts';
import { skippedFiles } from './skips.ts';

export const admit = defineStage('admit', {
  config: admitKnobs,
  report: admitReport,
  concurrency: (config) => config.concurrency,
  end: { subject: (record) => record.body },
  open: async (tools) => {
    factsOf(tools);
  },
  handle: async (record, tools) => {
    const { name, origin, commit, archive, format, hosted, near } = record.body;
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
    const facts = await factsOf(tools)(near);
    const repository = { name, origin, hosted, format, archive: bytes };
    const admitted = await admitArchive(repository, tools.config, gates, facts);
    const content = await tools.blobs.put(Buffer.concat(admitted.files.map((file) => file.bytes)));
    tools.count('files_admitted', admitted.files.length);
    tools.count('files_skipped', admitted.skipped.length);
    tools.count('secrets_redacted', admitted.found.secret);
    tools.count('passages_marked', passagesIn(admitted.files));
    tools.count('admitted_bytes', content.bytes);
    const { licence } = admitted;
    const skipped = skippedFiles(admitted.skipped);
    const files = placeFiles(admitted.files);
    return [
      emit('repo-admitted', {
        repository: { name, origin, commit, licence, content, files, skipped, hosted },
      }),
    ];
  },
});
