/**
 * `near-duplicates`: leaves out what is similar to something earlier in the input. `discover` finds
 * what is similar; near-duplicates/earlier.ts asks whether the earlier one may be used itself.
 */
import { sha256 } from '../../../runtime/ids.ts';
import { defineGate, noFacts } from '../gate.ts';
import { isAttributionFile } from '../licence/places.ts';

export const nearDuplicates = defineGate({
  name: 'near-duplicates',
  summary: 'files or repositories that are similar to earlier ones: `discover.nearDuplicates`',
  knobs: {},
  reasons: ['near-duplicate'],
  drops: ['NEAR_DUPLICATE_REPOSITORY'],
  open: (_, { duplicates } = noFacts) => {
    if (duplicates === null) return {};
    const { whole, files } = duplicates;
    return {
      file: ({ path, bytes }) => {
        // Licences are alike everywhere, and each repository needs its own.
        if (files.size === 0 || isAttributionFile(path)) return null;
        const detail = files.get(sha256(bytes));
        return detail === undefined ? null : { reason: 'near-duplicate', detail };
      },
      repository: () => {
        return whole === null ? null : { code: 'NEAR_DUPLICATE_REPOSITORY', detail: whole };
      },
    };
  },
});
