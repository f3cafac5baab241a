/**
 * The connections below kafkajs's clients, for what these do not offer: fetching outside a group,
 * and leaving a group under an id of before.
 */
import { type Broker, type Cluster, type Kafka, PartitionAssigners } from 'kafkajs';
import { originOf, type Patience, patiently } from './failures.ts';

export interface Connections {
  /** Runs a task on connected brokers; after a failure the next one finds fresh metadata. */
  use<T>(task: (cluster: Cluster) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openConnections(client: Kafka): Connections {
  const cluster = clusterOf(client);
  let connected: Promise<void> | null = null;

  return {
    use: async (task) => {
      connected ??= cluster.connect();
      try {
        await connected;
        return await task(cluster);
      } catch (error) {
        // Leaders may have moved or come back elsewhere.
        await connected
          .then(() => cluster.refreshMetadata())
          .catch(() => {
            connected = null;
          });
        throw error;
      }
    },
    close: async () => {
      if (connected !== null) await cluster.disconnect();
    },
  };
}

/** kafkajs hands its cluster to partition assigners; this consumer never runs and joins nothing. */
function clusterOf(client: Kafka): Cluster {
  let cluster: Cluster | null = null;
  client.consumer({
    groupId: 'never-joined',
    partitionAssigners: [
      (options) => {
        cluster = options.cluster;
        return PartitionAssigners.roundRobin(options);
      },
    ],
  });
  if (cluster === null) throw new Error('kafkajs made no cluster for the consumer');
  return cluster;
}

/** What kafkajs has and does not type. */
interface GroupBroker extends Broker {
  leaveGroup(member: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
}

/**
 * Takes a member out of its group that its own process has given up: without it the group would
 * wait for the end of its session before anybody, and so the same process, gets its partitions.
 */
export function leaveGroup(
  connections: Connections,
  patience: Patience,
  member: { readonly groupId: string; readonly memberId: string },
): Promise<void> {
  return patiently(`leaving ${member.groupId}`, patience, () =>
    connections.use(async (cluster) => {
      const coordinator = (await cluster.findGroupCoordinator(member)) as GroupBroker;
      try {
        await coordinator.leaveGroup(member);
      } catch (error) {
        // Gone already.
        if (originOf(error).type !== 'UNKNOWN_MEMBER_ID') throw error;
      }
    }),
  );
}
