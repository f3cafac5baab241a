/**
 * `privacy`: replaces e-mail and public IP addresses by reserved ones. Licence and notice files
 * keep their addresses, because the authors are owed attribution.
 */
import { z } from 'zod';
import { findPeople } from '../../../redaction/people/people.ts';
import { defineGate } from '../gate.ts';
import { isAttributionFile } from '../licence/places.ts';

export const privacy = defineGate({
  name: 'privacy',
  summary: 'e-mail and public IP addresses: replaced',
  knobs: {
    privacy: z
      .enum(['redact', 'off'])
      .default('redact')
      .describe(
        'E-mail and public IP addresses: redact replaces them by reserved ones (licence files keep theirs: attribution is owed), off leaves them. Redact by default, as published code data sets do.',
      ),
  },
  reasons: [],
  drops: [],
  open: (knobs) => {
    if (knobs.privacy === 'off') return {};
    return {
      redact: ({ path, text }) => {
        if (isAttributionFile(path)) return null;
        return { findings: findPeople(text) };
      },
    };
  },
});
