/** The broker is killed, restarted, or hangs; the network between it and everybody fails. */
import { stageNames } from '../../../schemas/topology.ts';
import { apiKeys, type CuttingProxy } from '../../samples/servers/cutting-proxy.ts';
import { type Fault, type Field, pause, strikeOnce, underWay } from './fault.ts';

const times = 2;

/** Strikes everybody some times, with work under way. */
async function strikeAll(field: Field, harm: () => Promise<void>): Promise<void> {
  for (let time = 0; time < times && !field.over.aborted; time += 1) {
    // Later strikes come later: a first one at the beginning, a last one near the end.
    await underWay(field, 1 + time * 6);
    await strikeOnce(field, stageNames, harm);
  }
}

function proxyOf({ servers }: Field): CuttingProxy {
  if (servers.proxy === null) throw new Error('this fault needs a broker of its own');
  return servers.proxy;
}

const killed: Fault = {
  name: 'broker: kill -9',
  quick: false,
  strike: (field) =>
    strikeAll(field, async () => {
      await field.servers.cluster.signal('kafka', 'SIGKILL');
      await pause(field.random.below(5000), field.over);
      await field.servers.cluster.start('kafka');
    }),
};

const restarted: Fault = {
  name: 'broker: clean restart',
  quick: false,
  strike: (field) =>
    strikeAll(field, async () => {
      await field.servers.cluster.stop('kafka');
      await field.servers.cluster.start('kafka');
    }),
};

const stoppedMs = 45_000;

const stopped: Fault = {
  name: 'broker: SIGSTOP for 45 s',
  quick: false,
  strike: async (field) => {
    await underWay(field, 3);
    await strikeOnce(field, stageNames, async () => {
      await field.servers.cluster.signal('kafka', 'SIGSTOP');
      await pause(stoppedMs, field.over);
      await field.servers.cluster.signal('kafka', 'SIGCONT');
    });
  },
};

/** A broker that has written what it was sent, and a client that never hears of it. */
const lostAnswers: Fault = {
  name: 'network: produce and commit answers lost',
  quick: false,
  strike: async (field) => {
    const proxy = proxyOf(field);
    const before = proxy.dropped;
    await strikeOnce(field, stageNames, async () => {
      const rule = () => field.random.next() < 0.1;
      proxy.dropAnswers(apiKeys.produce, rule);
      proxy.dropAnswers(apiKeys.offsetCommit, rule);
      await pause(60_000, field.over);
      proxy.dropAnswers(apiKeys.produce, null);
      proxy.dropAnswers(apiKeys.offsetCommit, null);
    });
    field.report.tried = proxy.dropped - before;
  },
};

const cut: Fault = {
  name: 'network: connections cut',
  quick: false,
  strike: async (field) => {
    while (!field.over.aborted) {
      await pause(500 + field.random.below(2500), field.over);
      if (field.over.aborted) return;
      await strikeOnce(field, stageNames, async () => proxyOf(field).cut());
    }
  },
};

const partitioned: Fault = {
  name: 'network: connections refused for 20 s',
  quick: false,
  strike: (field) =>
    strikeAll(field, async () => {
      proxyOf(field).partition();
      await pause(20_000, field.over);
      proxyOf(field).go();
    }),
};

const blackHole: Fault = {
  name: 'network: nothing passes for 45 s',
  quick: false,
  strike: async (field) => {
    await underWay(field, 3);
    await strikeOnce(field, stageNames, async () => {
      proxyOf(field).stall();
      await pause(45_000, field.over);
      proxyOf(field).go();
    });
  },
};

export const brokerFaults: readonly Fault[] = [
  killed,
  restarted,
  stopped,
  lostAnswers,
  cut,
  partitioned,
  blackHole,
];
