/** Every fault of the suite, in the order of its table. */
import { brokerFaults } from './broker-faults.ts';
import type { Fault } from './fault.ts';
import { lossFaults } from './loss-faults.ts';
import { processFaults } from './process-faults.ts';
import { recordFaults } from './record-faults.ts';
import { serverFaults } from './server-faults.ts';

export const allFaults: readonly Fault[] = [
  ...processFaults,
  ...brokerFaults,
  ...serverFaults,
  ...recordFaults,
  ...lossFaults,
];
