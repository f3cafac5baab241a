/** The process that the soak kills: discover on a scripted GitHub, in the smallest graph. */
import { openHost, runHosted } from '../../services/stages/discover/hosted/hosted-graph.ts';

const [folder = '', url = '', tokens = '', ...sources] = process.argv.slice(2);
const host = openHost(url, { tokens: tokens.split(','), patienceMs: 60_000, retryBaseMs: 20 });
await runHosted({ folder, sources, host });
