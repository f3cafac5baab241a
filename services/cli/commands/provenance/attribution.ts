/** `backstory attribution OUT`: the notice file of a data set, which says what is missing in it. */
import { resolve } from 'node:path';
import { openOutput } from '../../../dataset/open-output.ts';
import { type CommandContext, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import { openPlace } from '../../open/output-place.ts';
import type { ConfigurationOptions } from '../../open/settings.ts';
import { writeNamedFile } from '../../open/write-named-file.ts';
import { plural } from '../../views/format.ts';
import { createShardCounter } from '../../views/shard-counter.ts';
import { drawNotices } from './notice-file.ts';
import { collectNotices } from './notices.ts';

export interface AttributionOptions extends ConfigurationOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export async function attributionCommand(
  context: CommandContext,
  out: string,
  options: AttributionOptions,
): Promise<ExitCode> {
  const output = await openOutput(await openPlace(context, out, options));
  const counter = createShardCounter(context.err, 'read', options.json);
  const notices = await collectNotices(output, counter.show).finally(counter.erase);
  const { dataset, closed } = output.head;
  const text = drawNotices(notices, { dataset, head: output.headHash, closed });
  if (options.out !== undefined) {
    const path = resolve(context.workingFolder, options.out);
    await writeNamedFile(path, text, '--out');
  }
  if (options.json === true) writeJson(context.out, notices);
  else if (options.out === undefined) context.out.stream.write(text);
  else {
    const { repositories, texts, withoutText } = notices;
    const missing = withoutText.length === 0 ? '' : `; without a text: ${withoutText.join(', ')}`;
    const counts = `${plural(repositories.length, 'repository', 'repositories')}, ${plural(texts.length, 'text')}`;
    writeLine(context.out, `${options.out}: ${counts}${missing}`);
  }
  return exitCodes.fine;
}
