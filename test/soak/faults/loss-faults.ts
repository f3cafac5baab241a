/**
 * What administrators and disks take away: records, groups, blobs; what others put into the
 * registry; a wrong clock. Nothing may be lost without a word; where nothing was taken, nothing
 * changes.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';
import { pino } from 'pino';
import {
  consumerGroup,
  deadLetterTopic,
  graph,
  physicalTopic,
  type StageName,
  stageNames,
  type TopicName,
} from '../../../schemas/topology.ts';
import { kafkaKnobs } from '../../../services/runtime/bus/kafka/config.ts';
import { openKafkaBus } from '../../../services/runtime/bus/kafka/kafka-bus.ts';
import { forEachRecord } from '../../../services/runtime/bus/topic-reader.ts';
import { systemClock } from '../../../services/runtime/clock.ts';
import { createCodec } from '../../../services/runtime/records/codec.ts';
import { openSchemaRegistry } from '../../../services/runtime/records/schema-registry.ts';
import { openConfluentWire } from '../../../services/runtime/records/wire-confluent.ts';
import { openLocalBlobStore } from '../../../services/runtime/store/blobs.ts';
import { shiftedClock } from '../../samples/servers/shifted-clock.ts';
import { type Fault, type Field, pause, strikeOnce, underWay } from './fault.ts';
import { connectKafka } from './topic-contents.ts';

async function withAdmin<Result>(
  { servers }: Field,
  use: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const admin = connectKafka(servers.cluster.address('kafka')).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Deletes what the stage has committed of a topic, and `more` records after that. */
async function deleteRead(field: Field, stage: StageName, topic: TopicName, more = 0) {
  const { dataset, report } = field;
  const name = physicalTopic(dataset, topic);
  return withAdmin(field, async (admin) => {
    const groupId = consumerGroup(dataset, stage);
    const [committed] = await admin.fetchOffsets({ groupId, topics: [name] });
    const ends = new Map(
      (await admin.fetchTopicOffsets(name)).map(({ partition, high }) => [partition, Number(high)]),
    );
    const partitions = (committed?.partitions ?? [])
      .map(({ partition, offset }) => {
        const wanted = Math.max(0, Number(offset)) + more;
        return { partition, offset: String(Math.min(wanted, ends.get(partition) ?? 0)) };
      })
      .filter(({ offset }) => Number(offset) > 0);
    if (partitions.length === 0) return;
    await admin.deleteTopicRecords({ topic: name, partitions });
    report.taken.topics.add(topic);
  });
}

/** A retention that is too short, but not for those who keep up. */
const readAlready: Fault = {
  name: 'log: records deleted that were read',
  quick: false,
  sets: ['runtime.openRepositoriesMax=4'],
  strike: async (field) => {
    for (let records = 2; records < 20 && !field.over.aborted; records += 4) {
      await underWay(field, records);
      await strikeOnce(field, [], async () => {
        for (const stage of stageNames) {
          const topics = graph[stage].reads.filter((topic) => topic !== 'input-closed');
          for (const topic of topics) await deleteRead(field, stage, topic);
        }
      });
    }
  },
};

const sayMsMax = 120_000;

/** Records go that a stage has not read: it must say so, each time that it starts. */
const notRead: Fault = {
  name: 'log: records deleted before they were read',
  quick: false,
  isFatal: true,
  strike: async (field) => {
    const { group, over, report } = field;
    await underWay(field);
    // Those that are away cannot read what goes.
    const members = group.alive('search');
    for (const member of members) group.signal(member, 'SIGSTOP');
    await pause(9000, over);
    await deleteRead(field, 'search', 'file-trace', 1_000_000);
    report.tried += 1;
    for (const member of members) group.signal(member, 'SIGCONT');
    const truncated = () =>
      group.exits.filter(
        ({ stage, output }) => stage === 'search' && output.includes('LOG_TRUNCATED'),
      );
    const deadline = performance.now() + sayMsMax;
    while (truncated().length < 2 && performance.now() < deadline) await pause(500, over);
    if (truncated().length < 2) report.problems.push('search has not said LOG_TRUNCATED twice');
    const said = group.exits.map(({ output }) => output).join('\n');
    if (said.includes('nothing is lost')) report.problems.push('a process said: nothing is lost');
    if (said.includes('nothing is left')) report.problems.push('a process said: nothing is left');
  },
};

/** A group can be deleted once its members are gone, and the broker has noticed. */
async function deleteGroup(field: Field, stage: StageName): Promise<boolean> {
  const groupId = consumerGroup(field.dataset, stage);
  return withAdmin(field, async (admin) => {
    for (let tries = 0; tries < 40 && !field.over.aborted; tries += 1) {
      const [result] = await admin.deleteGroups([groupId]).catch(() => []);
      if (result !== undefined && (result.errorCode ?? 0) === 0) return true;
      await pause(500, field.over);
    }
    return false;
  });
}

/** As brokers do after offsets.retention.minutes, of stages that stand and of stages that ended. */
const forgottenGroups: Fault = {
  name: 'groups: deleted between two lives, and after the last',
  quick: false,
  strike: async (field) => {
    const { group, over, report } = field;
    await underWay(field, 2);
    for (const stage of ['extract', 'simulate', 'flatten'] as const) {
      await strikeOnce(field, [stage], async () => {
        let gone = false;
        // Killed again and again until the broker has given the membership up.
        const killing = (async () => {
          while (!over.aborted && !gone) {
            for (const member of group.alive(stage)) group.signal(member, 'SIGKILL');
            await pause(200, over);
          }
        })();
        if (!(await deleteGroup(field, stage)) && !over.aborted) {
          report.problems.push(`the group of ${stage} could not be deleted`);
        }
        gone = true;
        await killing;
      });
    }
    for (const stage of ['admit', 'extract'] as const) {
      while (!over.aborted && group.alive(stage).length > 0) await pause(200, over);
      if (!over.aborted) await deleteGroup(field, stage);
    }
  },
};

/** The documents of two repositories go before the sink has read them. */
const deletedBlobs: Fault = {
  name: 'blobs: deleted before they are read',
  quick: false,
  sets: ['runtime.openRepositoriesMax=4'],
  strike: async (field) => {
    const { report, output, dataset, group } = field;
    for (const member of group.alive('sink')) group.signal(member, 'SIGSTOP');
    await underWay(field, 2);
    await strikeOnce(field, [], async () => {
      for (const { repositoryId, hash } of (await documentsOf(field)).slice(0, 2)) {
        rmSync(join(output, 'blobs', hash.slice(0, 2), hash));
        report.taken.repositories.add(repositoryId);
        report.tried += 1;
      }
    });
    report.tried -= 1;
    const count = report.taken.repositories.size;
    report.strange.dropped = count;
    report.strange[deadLetterTopic('trajectory')] = count;
    for (const member of group.alive('sink')) group.signal(member, 'SIGCONT');
    const blobs = readdirSync(join(output, 'blobs')).length;
    if (blobs === 0) report.problems.push(`${dataset} keeps no blobs where they were looked for`);
  },
};

/** Trajectories that are written by now. */
async function documentsOf({ servers, dataset, output, over }: Field) {
  const brokers = servers.cluster.address('kafka');
  const secrets = { username: undefined, password: undefined };
  const bus = await openKafkaBus({ settings: kafkaKnobs.parse({ brokers }), secrets, log: null });
  const registry = openSchemaRegistry({ url: servers.cluster.address('registry') });
  const log = pino({ level: 'silent' });
  const found: { repositoryId: string; hash: string }[] = [];
  try {
    const options = { registry, dataset, clock: systemClock, log, signal: over };
    const wire = await openConfluentWire(options, [], []);
    const codec = createCodec(await openLocalBlobStore(join(output, 'blobs')), wire);
    await forEachRecord(bus, physicalTopic(dataset, 'trajectory'), async ({ value }) => {
      const { envelope, body } = await codec.decode('trajectory', value);
      found.push({ repositoryId: envelope.repositoryId, hash: body.document.sha256 });
    });
    return found;
  } finally {
    await bus.close();
  }
}

/** Somebody registers another schema under a subject of ours, and takes it back later. */
const foreignSchema: Fault = {
  name: 'registry: a foreign schema under our subject',
  quick: false,
  strike: async (field) => {
    const { servers, dataset, group, report, over } = field;
    const url = servers.cluster.address('registry');
    const subject = `${dataset}--file-trace-value`;
    const ask = (path: string, method: string, body?: unknown) =>
      fetch(`${url}${path}`, {
        method,
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    await underWay(field);
    await strikeOnce(field, ['search'], async () => {
      await ask(`/config/${subject}`, 'PUT', { compatibility: 'NONE' });
      const other = { type: 'record', name: 'Other', fields: [{ name: 'x', type: 'int' }] };
      const schema = { schema: JSON.stringify(other) };
      const made = await ask(`/subjects/${subject}/versions`, 'POST', schema);
      if (!made.ok) throw new Error(`registering gave ${made.status}`);
      for (const member of group.alive('search')) group.signal(member, 'SIGKILL');
      const said = () => group.exits.some(({ output }) => output.includes('SCHEMA_INCOMPATIBLE'));
      while (!over.aborted && !said()) await pause(200, over);
      const advice = group.exits.find(({ output }) => output.includes('SCHEMA_INCOMPATIBLE'));
      if (!advice?.output.includes('another program registered it')) {
        report.problems.push(`wrong advice: ${advice?.output}`);
      }
      await ask(`/subjects/${subject}/versions/2`, 'DELETE');
    });
  },
};

/** Several processes begin on a machine whose clock is two days off, one of them behind. */
const wrongClock: Fault = {
  name: 'clock: two days ahead, and behind',
  quick: false,
  lives: () => (stage, life) => {
    if (life > 0) return {};
    if (stage === 'admit') return shiftedClock(48);
    return stage === 'plan' ? shiftedClock(-48) : {};
  },
  strike: async ({ group, report, over }) => {
    const wrong = ['admit', 'plan'] as const;
    const endOf = (stage: StageName) => group.exits.find((exit) => exit.stage === stage);
    while (!over.aborted && !wrong.every((stage) => endOf(stage))) await pause(100, over);
    for (const stage of wrong) {
      const { output = '', code } = endOf(stage) ?? {};
      report.tried += 1;
      if (code !== 2 || !output.includes('CLOCK_SKEWED')) {
        report.problems.push(`${stage} has not named its clock: ${code} ${output}`);
      }
    }
  },
};

export const lossFaults: readonly Fault[] = [
  readAlready,
  notRead,
  forgottenGroups,
  deletedBlobs,
  foreignSchema,
  wrongClock,
];
