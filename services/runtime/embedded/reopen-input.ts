/**
 * A finished run whose input has grown goes on with the added sources: its end is taken back, so
 * that the output becomes that of a run over the whole input (I6). For that the records of its last
 * repositories are read again, so it cannot be where some were erased.
 */
import { lifecycle, physicalTopic } from '../../../schemas/topology.ts';
import type { RecordPlace, SqliteLog } from '../bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import type { Engine } from '../engine/engine.ts';
import { countAdded } from '../engine/runners/source.ts';
import { PipelineError } from '../errors.ts';
import type { AnyStage } from '../stage.ts';

export async function reopenInput(
  engine: Engine,
  /** Null where records of it were erased. */
  log: SqliteLog | null,
  stages: readonly AnyStage[],
): Promise<void> {
  for (const stage of stages) {
    if (stage.shape !== 'source') continue;
    const added = await countAdded(stage, engine);
    if (added === 0) continue;
    if (log === null) {
      throw new PipelineError(
        'OUTPUT_MISMATCH',
        `sources (${added}) were added to a finished run of which an opt-out erased records: it ends as it is; run the added ones into another --out`,
        { subject: engine.run.outputFolder },
      );
    }
    engine.log.warn({ sources: added }, 'the finished run goes on with sources that were added');
    await takeBackEnd(engine, log, stages);
  }
}

async function takeBackEnd(
  engine: Engine,
  log: SqliteLog,
  stages: readonly AnyStage[],
): Promise<void> {
  const ends: RecordPlace[] = [];
  let sources = 0;
  await forEachRecord(log, physicalTopic(engine.run.dataset, lifecycle.closed), async (record) => {
    const { body } = await engine.codec.decode(lifecycle.closed, record.value);
    ends.push(record);
    sources = body.sources;
  });
  // The writer first: if the process dies in between, the input still reads as finished.
  for (const stage of stages) {
    if (stage.shape === 'writer') await stage.rewind?.(engine.toolsFor(stage), sources - 1);
  }
  await log.amend(ends, []);
}
