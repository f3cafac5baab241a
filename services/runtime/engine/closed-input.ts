/** Whether a data set's input is closed: no further repository enters it. */
import { lifecycle, physicalTopic } from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import { type EnvelopeReader, readEnvelope } from './unreadable.ts';

/** An unreadable record, as another producer may write it, does not close the input. */
export async function isInputClosed(
  bus: Pick<Bus, 'endOffsets' | 'read'>,
  codec: EnvelopeReader,
  dataset: string,
): Promise<boolean> {
  let closed = false;
  await forEachRecord(bus, physicalTopic(dataset, lifecycle.closed), async (record) => {
    closed ||= (await readEnvelope(codec, lifecycle.closed, record)) !== null;
  });
  return closed;
}
