/** Processes of stages that die or hang: at every named crash point, and at random. */
import { graph, type StageName, stageNames } from '../../../schemas/topology.ts';
import { type Fault, type Field, pause, strikeOnce, underWay } from './fault.ts';

/** Between which two effects a stage may die; `services/runtime` and the sink name them. */
const around = ['after-handle', 'after-produce'] as const;
const otherCrashPoints: Readonly<Partial<Record<StageName, readonly string[]>>> = {
  discover: ['after-produce'],
  sink: [
    'temporary-written',
    'file-published',
    'shard-written',
    'provenance-written',
    'entry-created',
    'index-written',
  ],
};
const crashPointsOf = (stage: StageName) => otherCrashPoints[stage] ?? around;

/** One life of its stage ends at each of them, in turn. */
const everyCrashPoint: Fault = {
  name: 'kill -9 at every crash point',
  quick: true,
  lives: (random) => (stage, life) => {
    const point = crashPointsOf(stage)[life];
    return point === undefined ? {} : { CRASH_AT: `${stage}:${point}#${1 + random.below(2)}` };
  },
  strike: async (field) => {
    await recoverFromExits(field);
    for (const stage of stageNames) {
      const deaths = field.group.exits.filter((exit) => exit.stage === stage).length;
      const unreached = crashPointsOf(stage).slice(deaths);
      if (unreached.length === 0) continue;
      field.report.problems.push(`${stage} was never at ${unreached.join(', ')}`);
    }
  },
};

/** Measures the way back of every process that dies until the data set is complete. */
async function recoverFromExits(field: Field): Promise<void> {
  const { group, over } = field;
  const recovering: Promise<void>[] = [];
  for (let seen = 0; !over.aborted; ) {
    for (; seen < group.exits.length; seen += 1) {
      const { stage } = group.exits[seen] as { stage: StageName };
      recovering.push(strikeOnce(field, [stage], async () => {}));
    }
    await pause(100, over);
  }
  await Promise.all(recovering);
}

const randomKills: Fault = {
  name: 'kill -9 at random',
  quick: false,
  strike: async (field) => {
    const { group, random, over } = field;
    while (!over.aborted) {
      await pause(3000 + random.below(4000), over);
      const member = group.anyAlive(random);
      if (member === undefined || over.aborted) continue;
      await strikeOnce(field, [member.stage], async () => {
        group.signal(member, 'SIGKILL');
      });
    }
  },
};

/** Longer than the session of the soak's members: the others have taken over. */
const pastSessionMs = 9000;

/** It comes back as a member that was given up, with work in its hands that others have too. */
const stoppedConsumer: Fault = {
  name: 'SIGSTOP of a consumer past its session',
  quick: false,
  // The source waits for what the stopped one holds: there is work left for the second strike.
  sets: ['runtime.openRepositoriesMax=4'],
  strike: async (field) => {
    const { group, random, over } = field;
    const readers = stageNames.filter((stage) => graph[stage].reads.length > 0);
    const others = readers.filter((stage) => stage !== 'sink');
    const chosen = others[random.below(others.length)] as StageName;
    group.add(chosen);
    await underWay(field);
    for (const stage of [chosen, 'sink'] as const) {
      const member = group.alive(stage).find(({ retired }) => !retired);
      if (member === undefined || over.aborted) continue;
      await strikeOnce(field, [stage], async () => {
        group.signal(member, 'SIGSTOP');
        await pause(pastSessionMs, over);
        group.signal(member, 'SIGCONT');
      });
    }
  },
};

export const processFaults: readonly Fault[] = [everyCrashPoint, randomKills, stoppedConsumer];
