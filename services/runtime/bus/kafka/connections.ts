/**
 * Direct use of the connections below kafkajs's clients, for two things that the clients do not
 * offer: fetching outside a group, and leaving a group under an earlier member id.
 */
import { type Broker, type Cluster, type Kafka, PartitionAssigners } from 'kafkajs';
import { originOf, type Patience, patiently } from './failures.ts';

export interface Connections {
  /** Runs a task on the connected cluster; after a failure the next task gets fresh metadata. */
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
        // The partition's leader may have moved to another broker.
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

/** A method that kafkajs has but does not type. */
interface GroupBroker extends Broker {
  leaveGroup(member: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
}

/**
 * Removes from its group a member that this process has given up. Otherwise the group would wait
 * until the member's session times out before any process, this one included, gets its partitions.
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
        // The member has left already.
        if (originOf(error).type !== 'UNKNOWN_MEMBER_ID') throw error;
      }
    }),
  );
}
